// The live view of the gradient bench, and what computes here: fetched at the first Play, or where something is to be computed.
export { Engine, start } from "./bench/panel.js";
