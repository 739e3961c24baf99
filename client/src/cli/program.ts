import { Command } from 'commander';
import { addContracts } from './commands/contracts.ts';
import { addDeliveries } from './commands/deliveries.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEndpoints } from './commands/endpoints.ts';
import { addEvents } from './commands/events.ts';
import { addKeys } from './commands/keys.ts';
import { addListen } from './commands/listen.ts';
import { addMe } from './commands/me.ts';
import { addMembers } from './commands/members.ts';
import { addOrganizations } from './commands/organizations.ts';
import { addPublish } from './commands/publish.ts';
import { addSignInLink } from './commands/sign-in-link.ts';
import { version } from './session.ts';

const closing = `
Environment:
  SLUICE_URL          where Sluice listens [http://127.0.0.1:4100]
  SLUICE_KEY          the key of your organization
  SLUICE_SECRET       signing secret for listen and doctor
  SLUICE_ADMIN_TOKEN  the operator's token, for organizations, their first keys and sign-in-link;
                      .sluice/admin-token unless set
  NO_COLOR            set: no colours

Exit codes:
  0  done
  1  the answer is no: a receiver is not sound, a test was not delivered
  2  wrong usage or settings
  3  refused by the API
  4  the API cannot be reached`;

/** Every command, ready to parse arguments. */
export function createProgram(): Command {
  const program = new Command('sluice')
    .description('Publish events, watch their deliveries, and examine receivers.')
    .version(version)
    .option('--url <url>', 'where Sluice listens; SLUICE_URL unless given')
    .option('--json', 'print JSON')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for more)')
    .exitOverride()
    .addHelpText('after', closing);
  for (const add of [
    addPublish,
    addEvents,
    addDeliveries,
    addEndpoints,
    addDoctor,
    addListen,
    addContracts,
    addMe,
    addOrganizations,
    addKeys,
    addMembers,
    addSignInLink,
  ]) {
    add(program);
  }
  return program;
}
