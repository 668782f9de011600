/** docs/RELIABILITY.md: what holds, how it was tried, and the figures, from the last run of each trial. */
import type { Run, RunRecord } from './record.ts';
import { cellText, markdown, short, tableMarkdown } from './table.ts';
import type { Outcome, Trial } from './trial.ts';

const TITLE = `# What was tried to break the minis

\`npm run reliability -- NAME --write\` runs a trial and writes its part of this page and of [reliability.json](reliability.json);
[the README of conformance](../packages/conformance/README.md#reliability) says how. Each part tells the command that runs it
again with the same inputs, as long as the code that makes them is the same. Times and memory are those of one machine; what is counted is the same everywhere.`;

export function page(record: RunRecord, trials: readonly Trial[]): string {
  const told = trials.flatMap((trial) => {
    const run = record[trial.name];
    return run === undefined ? [] : [{ trial, run }];
  });
  const rows = told.map(
    ({ trial, run }) =>
      `| [${trial.name}](#${trial.name}) | ${trial.title} | ${verdict(run.outcome)} | ${run.date} | ${cellText(run.seconds)} |`,
  );
  const overview = `| trial | what was tried | held | run | seconds |\n| --- | --- | --- | --- | --: |\n${rows.join('\n')}`;
  return `${[TITLE, overview, ...told.map(({ trial, run }) => part(trial, run))].join('\n\n')}\n`;
}

function part({ name, title, promise }: Trial, run: Run): string {
  const { tables, figures, failures, notRun } = run.outcome;
  const how = `minis ${run.version}, Node ${run.node}, seed ${run.seed}, ${cellText(run.seconds)} s, ${run.date}: \`${run.command}\``;
  return [
    `## ${name}`,
    `**${title}.** ${promise}`,
    how,
    ...tables.map(tableMarkdown),
    list([
      ...Object.entries(figures).map(([what, value]) => markdown(`${what}: ${cellText(value)}`)),
      ...notRun.map(({ what, why }) => markdown(`not run: ${what}: ${why}`)),
      ...failures.map(
        ({ what, input }) =>
          `**FAILED** ${markdown(what)}${input === undefined ? '' : `; input \`${short(input)}\``}`,
      ),
    ]),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function verdict({ failures }: Outcome): string {
  return failures.length === 0 ? 'yes' : `**no**, ${failures.length} failed`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
