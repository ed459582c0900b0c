// Whether the dashboards are what Grafana's published types say. Each becomes the value of a
// typed constant, and TypeScript judges it. The argument is a folder for these files.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const dashboards = resolve(import.meta.dirname, "../../../monitoring/grafana/dashboards");
const folder = resolve(process.argv[2]);

// Where the types of a panel's own options and fields are.
const panelcfg = (folder, name) =>
  `./node_modules/@grafana/schema/dist/esm/raw/composable/${folder}/panelcfg/x/${name}PanelCfg_types.gen`;

// Fields of Prometheus' own in annotations, which the common types leave to each data source.
const types = `import { type AnnotationQuery, type Dashboard, type Panel, ThresholdsMode } from "@grafana/schema";
import { type FieldConfig, type Options as TimeSeriesOptions } from "${panelcfg("timeseries", "TimeSeries")}";
import { type Options as StatOptions } from "${panelcfg("stat", "Stat")}";
type Prometheus = { expr: string; titleFormat: string; textFormat: string };
// As JSON has it: texts in place of enums.
type Plain<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Titled = Omit<Panel, "type" | "options" | "fieldConfig"> & { title: string; description: string };
type Fields<Custom> = Omit<NonNullable<Panel["fieldConfig"]>, "defaults"> & {
  defaults: Omit<NonNullable<Panel["fieldConfig"]>["defaults"], "custom"> & Custom;
};
type TimeSeries = Titled & {
  type: "timeseries"; options: Plain<TimeSeriesOptions>; fieldConfig: Fields<{ custom: Plain<FieldConfig> }>;
};
type Stat = Titled & { type: "stat"; options: Plain<StatOptions>; fieldConfig: Fields<{ custom?: never }> };
type Shipped = Omit<Dashboard, "annotations" | "panels"> & {
  annotations: { list: (AnnotationQuery & Prometheus)[] };
  panels: (TimeSeries | Stat)[];
};
`;

const files = readdirSync(dashboards).filter((name) => name.endsWith(".json"));
for (const name of files) {
  const json = readFileSync(join(dashboards, name), "utf8");
  // A text is no value of an enum, even where it is the same.
  const value = json.replaceAll('"mode": "absolute"', '"mode": ThresholdsMode.Absolute');
  writeFileSync(join(folder, name.replace(/json$/, "ts")), `${types}export const dashboard: Shipped = ${value};\n`);
}
const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext",
  "--moduleResolution", "bundler"];
const sources = files.map((name) => join(folder, name.replace(/json$/, "ts")));
try {
  execFileSync(process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), ...options, ...sources],
    { stdio: "inherit" });
} catch {
  process.exit(1);
}
console.log(`${files.length} dashboards are of Grafana's types`);
