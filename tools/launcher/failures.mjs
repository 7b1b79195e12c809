// What failed by a runner's report, in few lines each: node failures.mjs PROJECT REPORT
// A run's whole output may be kept only by its end, and the names of the failed must be there.
import { readFileSync } from "node:fs";

const [project, report] = process.argv.slice(2);
const text = readFileSync(report, "utf8");
const failures = report.endsWith(".trx") ? ofTrx(text) : ofVitest(JSON.parse(text));
for (const { name, said } of failures) {
  console.log(`  ${project}: ${name}`);
  const lines = said.split("\n").map(line => line.trimEnd()).filter(line => line.trim() !== "").slice(0, 6);
  for (const line of lines) console.log(`      ${line.slice(0, 300)}`);
}

function ofTrx(xml) {
  const results = xml.match(/<UnitTestResult\b[^>]*\boutcome="Failed"[^>]*>[\s\S]*?<\/UnitTestResult>/g) ?? [];
  return results.map(result => ({
    name: plain(/\btestName="([^"]*)"/.exec(result)?.[1] ?? "?"),
    said: ["Message", "StackTrace"].map(part => plain(new RegExp(`<${part}>([\\s\\S]*?)</${part}>`).exec(result)?.[1] ?? "")).join("\n"),
  }));
}

function ofVitest(json) {
  return json.testResults.flatMap(file => {
    const failed = file.assertionResults.filter(test => test.status === "failed");
    if (failed.length === 0 && file.status === "failed") return [{ name: file.name.split("/").pop(), said: file.message ?? "" }];
    return failed.map(test => ({ name: `${file.name.split("/").pop()} > ${test.fullName}`, said: (test.failureMessages ?? []).join("\n") }));
  });
}

function plain(xml) {
  return xml.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&apos;/g, "'")
    .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16))).replace(/&amp;/g, "&");
}
