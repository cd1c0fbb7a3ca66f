// node build.mjs TARGET: writes TARGET/vendor with what pages load under /static/vendor.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, exit, stderr } from "node:process";
import { compile } from "sass";

const target = argv[2];
if (!target) {
  stderr.write("usage: node build.mjs TARGET\n");
  exit(2);
}
const vendor = join(target, "vendor");
mkdirSync(vendor, { recursive: true });

const { css } = compile("govuk-frontend.scss", { style: "compressed", quietDeps: true });
if (/GDS Transport|@font-face/.test(css)) {
  throw new Error("the compiled stylesheet still mentions gov.uk's typeface");
}
writeFileSync(join(vendor, "govuk-frontend.min.css"), css);

for (const [from, to] of [
  ["govuk-frontend/dist/govuk/govuk-frontend.min.js", "govuk-frontend.min.js"],
  ["htmx.org/dist/htmx.min.js", "htmx.min.js"],
]) {
  copyFileSync(join("node_modules", from), join(vendor, to));
}
