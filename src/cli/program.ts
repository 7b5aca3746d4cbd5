/** The `footing` command with all that it can do, not yet run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { accountsCommand } from './commands/accounts.ts';
import { baseYearCommand, withBaseYearReport } from './commands/baseYear.ts';
import { factorsCommand, matchCommand } from './commands/carbon.ts';
import { checkCommand } from './commands/check.ts';
import { connectCommand } from './commands/connect.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { estimateCommand } from './commands/estimate.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { instrumentsCommand } from './commands/instruments.ts';
import { rebuildCommand, verifyCommand } from './commands/jobs.ts';
import { journalCommand } from './commands/journal.ts';
import { keysCommand } from './commands/keys.ts';
import { compareCommand, methodologyCommand, whatIfCommand } from './commands/methodology.ts';
import { withMetricReports } from './commands/metrics.ts';
import { organisationCommand } from './commands/organisation.ts';
import { ratesCommand } from './commands/rates.ts';
import { removeCommand } from './commands/remove.ts';
import { reportCommand } from './commands/report.ts';
import { segmentsCommand } from './commands/segments.ts';
import { serveCommand } from './commands/serve.ts';
import { settingsCommand } from './commands/settings.ts';
import { sourcesCommand } from './commands/sources.ts';
import { streamsCommand } from './commands/streams.ts';
import { withUncertainty } from './commands/uncertainty.ts';
import { EXIT_HELP } from './exit.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

export const program = new Command('footing')
  .description('Keeps the books for recurring revenue and carbon footprint: evidence, journal, ledger, statements.')
  .version(version)
  .addHelpText(
    'after',
    `
A command talks to the server that runs on the data folder; when none runs, it opens the folder itself.
With FOOTING_URL and FOOTING_KEY it talks to a server elsewhere.
${EXIT_HELP}`,
  );

for (const command of [
  serveCommand(),
  demoCommand(),
  importCommand(),
  removeCommand(),
  connectCommand(),
  withBaseYearReport(withUncertainty(withMetricReports(reportCommand()))),
  explainCommand(),
  exportCommand(),
  segmentsCommand(),
  sourcesCommand(),
  organisationCommand(),
  checkCommand(),
  matchCommand(),
  factorsCommand(),
  estimateCommand(),
  instrumentsCommand(),
  methodologyCommand(),
  whatIfCommand(),
  compareCommand(),
  baseYearCommand(),
  ratesCommand(),
  settingsCommand(),
  journalCommand(),
  verifyCommand(),
  rebuildCommand(),
  accountsCommand(),
  keysCommand(),
  streamsCommand(),
  doctorCommand(),
]) {
  program.addCommand(command);
}
