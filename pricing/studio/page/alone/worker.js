// The engine's Python in the browser: answers the questions of `Workbench.ask_json`, one after the other.
import { loadPyodide } from "./pyodide.mjs";

const START = `
import json, sys
sys.path[:0] = ["/engine", "/zones.zip"]
from pricing.studio.alone import Alone
answer = Alone(json.loads(texts_of_the_folder)).ask_json
`;

async function start() {
  const bytes = (name) => fetch(new URL(name, import.meta.url)).then((reply) => reply.arrayBuffer());
  const [python, engine, zones, texts] = await Promise.all([
    loadPyodide({ indexURL: new URL(".", import.meta.url).href }),
    bytes("engine.zip"),
    bytes("zones.zip"),
    fetch(new URL("rules.json", import.meta.url)).then((reply) => reply.text()),
  ]);
  python.unpackArchive(engine, "zip", { extractDir: "/engine" });
  python.FS.writeFile("/zones.zip", new Uint8Array(zones)); // its hundreds of files stay packed
  python.globals.set("texts_of_the_folder", texts);
  python.runPython(START);
  return python.globals.get("answer");
}

const started = start();

onmessage = async ({ data }) => {
  try {
    const answer = await started;
    postMessage(answer(data.name, data.question));
  } catch (error) {
    postMessage(JSON.stringify({ error: `the engine stopped: ${error.message ?? error}` }));
  }
};
