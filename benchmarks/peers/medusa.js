// Medusa's promotion module without a database: `computeActions` of its service as shipped, over promotions in memory.
// Reads one JSON message a line, answers one a line. See medusa.py for what was set up and what cannot be expressed.
"use strict";
const path = require("path");
const home = process.argv[2];
const service = require(path.join(home, "node_modules/@medusajs/promotion/dist/services/promotion-module.js")).default;

// Stands in for the tables: the queries filter by code, and come back by value, falling.
function promotionsOf(rules) {
  const byCode = new Map(rules.map((rule) => [rule.code, rule]));
  return {
    async list(filters) {
      const codes = filters.$or[0].code;
      const found = codes.map((code) => byCode.get(code)).filter(Boolean);
      return found.sort((a, b) => b.application_method.value - a.application_method.value);
    },
  };
}

let engine = null;

function load(rules) {
  engine = Object.create(service.prototype);
  engine.baseRepository_ = { getFreshManager: () => ({}) };
  engine.promotionService_ = promotionsOf(rules);
  engine.campaignBudgetUsageService_ = { list: async () => [] };
}

async function answer(message) {
  if (message.rules) {
    load(message.rules);
    return { loaded: message.rules.length };
  }
  const start = process.hrtime.bigint();
  const actions = await engine.computeActions(message.codes, message.context, { prevent_auto_promotions: true });
  const took = process.hrtime.bigint() - start;
  const saved = actions.reduce((sum, action) => sum + Number(action.amount ?? 0), 0);
  return { ns: Number(took), actions: actions.length, saved };
}

async function main() {
  for await (const line of require("readline").createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
  }
}

main();
