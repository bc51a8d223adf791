// nginx's configuration as the edge image has it: the template of the cluster on one machine, with what differs in a
// container left to files that are mounted (docs/deploying.md).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { edgeConfiguration } from '../packages/testkit/dist/parts/nginx.js';

const IMAGE = {
  // The one place where it may write, under a read-only root.
  dir: '/tmp',
  user: undefined,
  // `server` lines, and the resolver they need: deploy/edge/gateways.conf, or a ConfigMap.
  gateways: '        include /etc/tapecast/edge/gateways.conf;',
  staticDir: '/usr/share/tapecast/page',
};
const TLS = { certificate: '/etc/tapecast/tls/tls.crt', key: '/etc/tapecast/tls/tls.key', hsts: true };

/** `nginx.conf` serves http on 8080, for trying and behind a proxy that ends TLS; `nginx-tls.conf` https on 8443. */
export function renderEdge(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'nginx.conf'), edgeConfiguration({ ...IMAGE, listen: '8080', tls: undefined }));
  writeFileSync(join(folder, 'nginx-tls.conf'), edgeConfiguration({ ...IMAGE, listen: '8443', tls: TLS }));
}
