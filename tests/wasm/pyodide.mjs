// Start Pyodide under node with the wheels of the site, and run Python in it:
//   node pyodide.mjs NODE_MODULES WHEELS REPOSITORY STYLE CODE
// The repository is seen at /repository, where a folder of pure packages may lie, too. Prints what the code returns, as JSON.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, wheels, repository, extra, code] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(resolve(modules), "pyodide", "pyodide.mjs")));
const py = await loadPyodide({
  indexURL: join(resolve(modules), "pyodide"),
  packageBaseUrl: resolve(wheels) + "/",
  packageCacheDir: resolve(wheels),
  env: { HOME: "/home/pyodide", MPLBACKEND: "agg", MATPLOTLIBRC: "/style/matplotlibrc", PYTHONHASHSEED: "0" },
  stdout: (line) => process.stderr.write(`${line}\n`),
  stderr: (line) => process.stderr.write(`${line}\n`),
});
for (const [place, folder] of [["/repository", repository], ["/style", extra]]) {
  py.FS.mkdirTree(place);
  py.FS.mount(py.FS.filesystems.NODEFS, { root: resolve(folder) }, place);
}
await py.loadPackage(["numpy", "matplotlib"], { messageCallback: () => {}, checkIntegrity: true });
process.stdout.write(`${JSON.stringify(JSON.parse(await py.runPythonAsync(readFileSync(code, "utf8"))))}\n`);
