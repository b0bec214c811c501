// Starts the language server and hands everything on to it.
const fs = require("fs");
const path = require("path");
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

// The program of the environment that the workspace brings, else the one on the path.
function command() {
  const chosen = workspace.getConfiguration("promo").get("command");
  if (chosen && chosen.length) return chosen;
  const name = process.platform === "win32" ? ["Scripts", "pricing.exe"] : ["bin", "pricing"];
  for (const folder of workspace.workspaceFolders ?? []) {
    for (const environment of [".venv", "venv"]) {
      const program = path.join(folder.uri.fsPath, environment, ...name);
      if (fs.existsSync(program)) return [program, "lsp"];
    }
  }
  return ["pricing", "lsp"];
}

exports.activate = function () {
  const [program, ...args] = command();
  client = new LanguageClient(
    "promo",
    "Promo rules",
    { command: program, args },
    {
      documentSelector: [{ scheme: "file", language: "promo" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{promo,csv}") },
    },
  );
  return client.start();
};

exports.deactivate = () => client?.stop();
