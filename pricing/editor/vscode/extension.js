// Starts the language server and hands everything on to it.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = function () {
  const [command, ...args] = workspace.getConfiguration("promo").get("command");
  client = new LanguageClient(
    "promo",
    "Promo rules",
    { command, args },
    {
      documentSelector: [{ scheme: "file", language: "promo" }],
      synchronize: { fileEvents: workspace.createFileSystemWatcher("**/*.{promo,csv}") },
    },
  );
  return client.start();
};

exports.deactivate = () => client?.stop();
