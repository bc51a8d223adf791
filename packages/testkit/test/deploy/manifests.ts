import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const ROOT = resolve(import.meta.dirname, '../../../..');

// Shapes as far as the checks look; kubernetes-models checks the whole.
export interface Labels {
  [name: string]: string;
}
interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}
interface Probe {
  httpGet?: { path: string; port: string };
  tcpSocket?: { port: string };
}
export interface ContainerSpec {
  name: string;
  image: string;
  command?: string[];
  envFrom?: { configMapRef?: { name: string } }[];
  env?: { name: string; value?: string; valueFrom?: { configMapKeyRef?: { name: string; key: string } } }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
  resources?: { requests?: Labels; limits?: Labels };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
  };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}
export interface PodSpec {
  automountServiceAccountToken?: boolean;
  serviceAccountName?: string;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    runAsGroup?: number;
    fsGroup?: number;
    seccompProfile?: { type: string };
  };
  topologySpreadConstraints?: { labelSelector: Selector }[];
  containers: ContainerSpec[];
  volumes?: {
    name: string;
    secret?: { secretName: string };
    configMap?: { name: string };
    emptyDir?: { sizeLimit?: string };
    hostPath?: object;
  }[];
}
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  data?: Labels;
  spec?: {
    replicas?: number;
    strategy?: { type: string };
    selector?: Selector & Labels;
    podSelector?: Selector;
    template?: { metadata: { labels: Labels }; spec: PodSpec };
    ports?: { name: string; port: number; targetPort: string }[];
    ingress?: { ports?: { port: number | string }[] }[];
    scaleTargetRef?: { kind: string; name: string };
    groups?: { rules: { alert: string; expr: string; for?: string }[] }[];
    podMetricsEndpoints?: { port: string; path: string }[];
  };
}
/** A manifest and the file that it stands in. */
export interface Found extends Manifest {
  file: string;
}
interface Kustomization {
  resources: string[];
  labels?: { pairs: Labels; includeTemplates?: boolean }[];
  images?: { name: string; newName: string }[];
  replicas?: { name: string; count: number }[];
  patches?: { path?: string; target?: { kind: string; name: string } }[];
}

const isFolder = (path: string): boolean => statSync(path).isDirectory();

export const readKustomization = (folder: string): Kustomization =>
  parse(readFileSync(join(ROOT, folder, 'kustomization.yaml'), 'utf8')) as Kustomization;

/** The objects that `kubectl apply -k <folder>` gives, with what it adds to labels, maps, mounts and volumes. */
export function objectsOf(folder: string): Found[] {
  const { resources, labels = [], patches = [] } = readKustomization(folder);
  const found = resources.flatMap((name) => {
    const path = join(ROOT, folder, name);
    return isFolder(path) ? objectsOf(relative(ROOT, path)) : documentsOf(path);
  });
  for (const patch of patches.flatMap(({ path }) =>
    path === undefined ? [] : documentsOf(join(ROOT, folder, path)),
  )) {
    const patched = found.find(({ kind, metadata }) => kind === patch.kind && metadata.name === patch.metadata.name);
    if (patched === undefined) throw new Error(`${patch.file} patches what is not there`);
    merge(patched, patch);
  }
  for (const { pairs, includeTemplates } of labels)
    for (const one of found) {
      one.metadata.labels = { ...one.metadata.labels, ...pairs };
      const template = one.spec?.template;
      if (includeTemplates === true && template !== undefined) Object.assign(template.metadata.labels, pairs);
    }
  return found;
}

/** As far as our patches go; a patch of anything else is refused rather than overlooked. */
function merge(patched: Found, patch: Found): void {
  if (patch.data !== undefined) patched.data = { ...patched.data, ...patch.data };
  const { volumes = [], containers = [], ...others } = patch.spec?.template?.spec ?? {};
  const pod = patched.spec?.template?.spec;
  if (pod === undefined) return;
  pod.volumes = [...(pod.volumes ?? []), ...volumes];
  for (const { name, volumeMounts = [], ...rest } of containers) {
    const container = pod.containers.find((one) => one.name === name);
    if (container === undefined || Object.keys({ ...rest, ...others }).length > 0)
      throw new Error(`${patch.file} patches more than maps, mounts and volumes: teach this reader`);
    container.volumeMounts = [...(container.volumeMounts ?? []), ...volumeMounts];
  }
}

/** Every YAML document of a file; what is no YAML is thrown. */
export function documentsOf(path: string): Found[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return { ...(document.toJS() as Manifest), file: relative(ROOT, path) };
  });
}

/** Files below `folder` that no kustomization names, and folders without one. */
export function unusedFiles(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const used = files
    .filter((file) => basename(file) === 'kustomization.yaml')
    .flatMap((file) => {
      const { resources, patches = [] } = readKustomization(dirname(file));
      const paths = [...resources, ...patches.flatMap(({ path }) => path ?? [])];
      return [file, ...paths.map((path) => join(dirname(file), path))];
    });
  return files.filter((file) => !used.includes(file));
}

export function matches(selector: Selector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
