// Writes above service.d.ts of which page it was generated.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const page = createHash("sha256").update(readFileSync("../../schemas/openapi.json")).digest("hex");
writeFileSync("service.d.ts", `// Of openapi.json ${page}\n` + readFileSync("service.d.ts", "utf8"));
