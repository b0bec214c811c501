// Compiles the Python of a site's archives ahead of time, by the browser's own Python: `node compile.mjs FOLDER ARCHIVE...`,
// where FOLDER holds pyodide. Each archive is written over by one with the same files, `.py` become `.pyc`. See export.py.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const COMPILED = `
import io, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash

def compiled(archive):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bytes(archive))) as given, zipfile.ZipFile(out, "w") as made:
        for name in sorted(info.filename for info in given.infolist() if not info.is_dir()):
            data = given.read(name)
            if name.endswith(".py"):
                code = compile(data, name, "exec", dont_inherit=True, optimize=0)
                data, name = bytes(_code_to_hash_pyc(code, source_hash(data), False)), name + "c"
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()

compiled
`;

const [folder, ...archives] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${folder}/`, env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" } });
const compiled = python.runPython(COMPILED);
const made = archives.map((archive) => compiled(new Uint8Array(readFileSync(archive))).toJs());
archives.forEach((archive, at) => writeFileSync(archive, made[at]));
