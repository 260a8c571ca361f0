// The gradient bench: what its page loads. The live view is another bundle, fetched at the first Play.
import { begin } from "./bench/main.js";

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const root = document.getElementById("gl-bench");
if (root) begin(root, script);
