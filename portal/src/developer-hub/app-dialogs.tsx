import type { App, AppVersionSummary, Installation } from '@sluice/client';
import { useState } from 'react';
import { changed, useChanged } from '../api/cache.ts';
import { type NewSecret, SecretDialog } from '../blocks/secret-dialog.tsx';
import { InstallDialog, UpgradeDialog } from './install-dialogs.tsx';
import { RegisterVersion } from './register-version.tsx';

/** An app, and what is installed of it. */
export interface AppProps {
  readonly app: App;
  readonly installation: Installation | undefined;
}

/** What is asked for at the moment. */
export type Dialog =
  | { readonly kind: 'register'; readonly latest: AppVersionSummary | undefined }
  | { readonly kind: 'install' | 'upgrade'; readonly version: AppVersionSummary };

interface DialogProps extends AppProps {
  readonly dialog: Dialog | null;
  readonly onClose: () => void;
  /** Called with the tab that shows what was done. */
  readonly onDone: (tab: 'versions' | 'installation') => void;
}

/** What is asked before something is done to the app, and the secrets that it brings. */
export function AppDialogs({ app, installation, dialog, onClose, onDone }: DialogProps) {
  const readAgain = useChanged();
  const [secrets, setSecrets] = useState<readonly NewSecret[]>([]);
  const showInstalled = (shown: readonly NewSecret[]) => {
    setSecrets(shown);
    onDone('installation');
    return readAgain(changed.installation());
  };
  return (
    <>
      {dialog?.kind === 'register' && (
        <RegisterVersion
          appId={app.id}
          latest={dialog.latest}
          onClose={onClose}
          onRegistered={() => {
            onDone('versions');
            return readAgain(changed.versions(app.id));
          }}
        />
      )}
      {dialog?.kind === 'install' && (
        <InstallDialog
          app={app}
          version={dialog.version}
          onClose={onClose}
          onInstalled={({ token, webhooks }) =>
            showInstalled([
              { label: 'Token of the installation', secret: token.secret },
              ...secretsOf(webhooks),
            ])
          }
        />
      )}
      {dialog?.kind === 'upgrade' && installation && (
        <UpgradeDialog
          app={app}
          installation={installation}
          version={dialog.version.version}
          onClose={onClose}
          onUpgraded={({ webhooks }) => showInstalled(secretsOf(webhooks))}
        />
      )}
      <SecretDialog title={`Secrets of ${app.name}`} secrets={secrets} onClose={() => setSecrets([])} />
    </>
  );
}

/** The signing secrets of new webhooks; those that stayed have theirs already. */
function secretsOf(
  webhooks: readonly { module: string; model: string; url: string; secret?: string }[],
): NewSecret[] {
  return webhooks.flatMap(({ module, model, url, secret }) =>
    secret === undefined ? [] : [{ label: `Signing secret of ${module}.${model} at ${url}`, secret }],
  );
}
