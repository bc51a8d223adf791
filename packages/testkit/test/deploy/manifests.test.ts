import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { REPLAY_LIMITS } from '../../../../services/gateway/src/replay/limits.ts';
import { LIMITS as INGEST_LIMITS } from '../../../../services/ingest/src/limits.ts';
import {
  type ContainerSpec,
  type Found,
  type Labels,
  matches,
  objectsOf,
  type PodSpec,
  ROOT,
  readKustomization,
  unusedFiles,
} from './manifests.ts';
import { readServiceOptions } from './service-options.ts';

const FOLDERS = ['k8s/base', 'k8s/overlays/example', 'k8s/monitoring', 'k8s/components/redis-watchdog'];
const base = objectsOf('k8s/base');
const all = [...objectsOf('k8s/overlays/example'), ...objectsOf('k8s/monitoring')];
/** What an overlay may switch on beside it. */
const component = objectsOf('k8s/components/redis-watchdog');
const withComponent = [...all, ...component];
/** A stop of ours takes so long at most, and what is started before the next step. */
const STOP_SECONDS = 14;

interface Workload {
  manifest: Found;
  labels: Labels;
  pod: PodSpec;
}
const workloadsOf = (objects: readonly Found[]): Workload[] =>
  objects.flatMap((manifest) => {
    const template = manifest.spec?.template;
    return template === undefined ? [] : [{ manifest, labels: template.metadata.labels, pod: template.spec }];
  });
/** As they are applied, with the overlay's patches. */
const workloads = workloadsOf(all);
const nameOf = ({ kind, metadata }: Found): string => `${kind} ${metadata.name}`;
const ofKind = (kind: string): Found[] => all.filter((one) => one.kind === kind);
const selected = (select: (labels: Labels) => boolean): Workload[] => workloads.filter(({ labels }) => select(labels));

describe('the manifests', () => {
  it('were found', () => {
    expect(workloads.map(({ manifest }) => manifest.metadata.name).sort()).toEqual(
      ['auth', 'compute', 'edge', 'gateway', 'ingest'].map((name) => `tapecast-${name}`),
    );
    expect(ofKind('NetworkPolicy').length).toBeGreaterThan(5);
  });

  it('have no file that nothing applies', () => {
    expect(unusedFiles('k8s')).toEqual([]);
    for (const folder of FOLDERS) expect(readKustomization(folder).resources.length).toBeGreaterThan(0);
  });

  it('are what the API documents, with no field that it does not know', async () => {
    // The compiler knows the API's types: a field that is misspelt or misplaced is an error of types.
    const cache = join(ROOT, 'packages/testkit/node_modules/.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'manifests-'));
    try {
      const lines = withComponent.map((manifest, index) => {
        const { file: _file, apiVersion: _version, kind: _kind, ...object } = manifest;
        const library = manifest.apiVersion.startsWith('monitoring.')
          ? '@kubernetes-models/prometheus-operator'
          : 'kubernetes-models';
        const group = `${library}/${manifest.apiVersion}`;
        return [
          `import { ${manifest.kind} as Kind${index} } from '${group}';`,
          `new Kind${index}(${JSON.stringify(object)}).validate();`,
        ].join('\n');
      });
      for (const file of ['manifests.mts', 'manifests.mjs']) writeFileSync(join(folder, file), lines.join('\n'));
      const options = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--target',
        'es2024',
        '--types',
        '',
      ];
      // Two lines each.
      const named = (text: string): string =>
        text.replace(/\S*manifests\.m[jt]s[(:](\d+)/g, (_, line) => {
          const manifest = withComponent[Math.ceil(Number(line) / 2) - 1];
          return manifest === undefined ? '?' : `${manifest.file}: ${nameOf(manifest)}, `;
        });
      await command(join(ROOT, 'node_modules/.bin/tsc'), [...options, join(folder, 'manifests.mts')], named);
      // And what types can't say: formats, patterns, what is required where.
      await command(process.execPath, [join(folder, 'manifests.mjs')], named);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('keep the restricted profile, a read-only root and a bound on memory', () => {
    const loose = workloadsOf(withComponent).filter(({ pod }) => {
      const { securityContext: user, containers, volumes = [], hostNetwork, hostPID, hostIPC } = pod;
      if (hostNetwork || hostPID || hostIPC || volumes.some((volume) => volume.hostPath !== undefined)) return true;
      if (user?.runAsNonRoot !== true || !((user.runAsUser ?? 0) > 0) || user.seccompProfile?.type !== 'RuntimeDefault')
        return true;
      return containers.some(({ securityContext: own, resources }) => {
        const rights =
          own?.allowPrivilegeEscalation !== false || own.capabilities?.drop?.[0] !== 'ALL' || own.capabilities.add;
        return rights || own.readOnlyRootFilesystem !== true || !resources?.limits?.memory || !resources.requests?.cpu;
      });
    });
    expect(loose.map(({ manifest }) => nameOf(manifest))).toEqual([]);
    expect(workloadsOf(withComponent).filter(({ pod }) => pod.automountServiceAccountToken !== false)).toEqual([]);
    const namespace = base.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  it('select pods that there are, each its own', () => {
    for (const { manifest, labels, pod } of workloads) {
      expect(matches(manifest.spec?.selector, labels), nameOf(manifest)).toBe(true);
      const others = selected((each) => matches(manifest.spec?.selector, each));
      expect(others.map((one) => one.manifest.metadata.name)).toEqual([manifest.metadata.name]);
      for (const { labelSelector } of pod.topologySpreadConstraints ?? [])
        expect(matches(labelSelector, labels)).toBe(true);
    }
    for (const budget of ofKind('PodDisruptionBudget'))
      expect(
        selected((labels) => matches(budget.spec?.selector, labels)).map(({ manifest }) => manifest.metadata.name),
      ).toEqual([budget.metadata.name]);
    for (const { spec } of ofKind('HorizontalPodAutoscaler'))
      expect(workloads.map(({ manifest }) => manifest.metadata.name)).toContain(spec?.scaleTargetRef?.name);
    // What takes part in disruptions has a budget; the one ingest can only be away for a moment.
    const budgets = ofKind('PodDisruptionBudget').map(({ metadata }) => metadata.name);
    const several = workloads.filter(({ manifest }) => (manifest.spec?.replicas ?? 1) > 1);
    expect(several.map(({ manifest }) => manifest.metadata.name).filter((name) => !budgets.includes(name))).toEqual([]);
  });

  it('name ports that their containers have', () => {
    const portsOf = ({ pod }: Workload): string[] =>
      pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
    for (const one of workloads)
      for (const container of one.pod.containers)
        for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
          const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
          if (probe !== undefined) expect(portsOf(one), nameOf(one.manifest)).toContain(port);
        }
    for (const service of ofKind('Service')) {
      const found = selected((labels) => matches({ matchLabels: { ...service.spec?.selector } as Labels }, labels));
      expect(found.length, nameOf(service)).toBe(1);
      for (const { targetPort } of service.spec?.ports ?? [])
        expect(portsOf(found[0] as Workload)).toContain(targetPort);
    }
    for (const policy of ofKind('NetworkPolicy'))
      for (const { ports = [] } of policy.spec?.ingress ?? [])
        for (const one of selected((labels) => matches(policy.spec?.podSelector, labels)))
          for (const { port } of ports) expect(portsOf(one), nameOf(policy)).toContain(port);
    for (const monitor of ofKind('PodMonitor')) {
      const found = selected((labels) => matches(monitor.spec?.selector, labels));
      const port = monitor.spec?.podMetricsEndpoints?.[0]?.port as string;
      expect(found.filter((one) => portsOf(one).includes(port)).length).toBe(4);
    }
  });

  it('ask the admin port for life and readiness, and leave a stop its time', () => {
    for (const { manifest, pod } of workloads.filter((one) => one.manifest.metadata.name !== 'tapecast-edge'))
      for (const container of pod.containers) {
        expect(container.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'admin' });
        expect(container.startupProbe?.httpGet).toEqual({ path: '/livez', port: 'admin' });
        expect(container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'admin' });
        const waits = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
        expect(pod.terminationGracePeriodSeconds ?? 0, nameOf(manifest)).toBeGreaterThan(waits + STOP_SECONDS);
      }
    const ingest = base.find(({ metadata, kind }) => kind === 'Deployment' && metadata.name === 'tapecast-ingest');
    expect(ingest?.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  const folders = ['k8s/base', 'k8s/overlays/example'];
  it.each(
    folders.flatMap((folder) => ['ingest', 'compute', 'gateway', 'auth'].map((service) => [folder, service] as const)),
  )('give, by %s, %s options that it has, with values that it takes', (folder, service) => {
    const objects = objectsOf(folder);
    const workload = workloadsOf(objects).find(({ manifest }) => manifest.metadata.name === `tapecast-${service}`);
    const container = workload?.pod.containers[0] as ContainerSpec;
    const { unknown, options } = readServiceOptions(service, environmentOf(container, objects));
    expect(unknown).toEqual([]);
    const ports = Object.fromEntries((container.ports ?? []).map(({ name, containerPort }) => [name, containerPort]));
    expect(ports.admin).toBe(options.adminPort);
    if (options.port !== undefined) expect(ports.client ?? ports.https).toBe(options.port);
    // A file that an option names lies in a volume that is mounted.
    const files = Object.values(options).filter((value) => typeof value === 'string' && value.startsWith('/'));
    const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => `${mountPath}/`);
    expect(files.filter((file) => !mounts.some((mount) => (file as string).startsWith(mount)))).toEqual([]);
  });

  it.each([
    ['gateway', 'dataDir', REPLAY_LIMITS.storeBytes],
    ['ingest', 'spoolDir', INGEST_LIMITS.spoolBytesMax],
  ] as const)(
    'give the %s a folder that its user can write, with room for all that goes there',
    (service, option, bytes) => {
      const { pod } = workloads.find(({ manifest }) => manifest.metadata.name === `tapecast-${service}`) as Workload;
      const container = pod.containers[0] as ContainerSpec;
      const folder = readServiceOptions(service, environmentOf(container, all)).options[option] as string;
      const mount = container.volumeMounts?.find(({ mountPath }) => folder.startsWith(`${mountPath}/`));
      expect(mount?.readOnly).toBeUndefined();
      const volume = pod.volumes?.find(({ name }) => name === mount?.name);
      const [, gibibytes] = /^(\d+)Gi$/.exec(volume?.emptyDir?.sizeLimit ?? '') ?? [];
      // A pod that has more there is evicted.
      expect(Number(gibibytes) * 2 ** 30).toBeGreaterThan(bytes * 1.5);
      expect(pod.securityContext?.fsGroup).toBe(pod.securityContext?.runAsGroup);
    },
  );

  it('give the watchdog options that it has', () => {
    const container = workloadsOf(component)[0]?.pod.containers[0] as ContainerSpec;
    const { unknown, options } = readServiceOptions('redis-watchdog', environmentOf(container, base));
    expect(unknown).toEqual([]);
    expect(options.redis).toHaveLength(3);
    expect(container.ports).toEqual([{ name: 'admin', containerPort: options.adminPort }]);
  });

  it('let no service be open to everyone', () => {
    const text = JSON.stringify(all);
    expect(text).not.toMatch(/TAPECAST_ANONYMOUS|PLAINTEXT_BEYOND/);
  });

  it('hold no secret, and name none that the handbook does not say how to make', () => {
    expect(ofKind('Secret')).toEqual([]);
    const handbook = readFileSync(join(ROOT, 'docs/deploying.md'), 'utf8');
    const secrets = workloads.flatMap(({ pod }) =>
      (pod.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []),
    );
    expect(secrets.length).toBeGreaterThan(3);
    expect(secrets.filter((name) => !handbook.includes(name))).toEqual([]);
    const maps = base.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
    const named = workloads.flatMap(({ pod }) => (pod.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []));
    expect(named.filter((name) => !maps.includes(name))).toEqual([]);
    for (const { pod } of workloads) {
      const volumes = (pod.volumes ?? []).map(({ name }) => name).sort();
      expect(pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)).sort()).toEqual(
        volumes,
      );
    }
  });

  it('run images that the Dockerfile makes, all of them named by the overlay', () => {
    const targets = [...readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8').matchAll(/^FROM \S+ AS (\S+)$/gm)].map(
      (match) => match[1],
    );
    const images = workloads.flatMap(({ pod }) => pod.containers.map(({ image }) => image.split(':')[0] as string));
    expect(images.filter((image) => !targets.includes(image.replace('tapecast-', '')))).toEqual([]);
    const { images: renamed = [], patches = [], replicas = [] } = readKustomization('k8s/overlays/example');
    expect(renamed.map(({ name }) => name).sort()).toEqual([...images].sort());
    const names = workloads.map(({ manifest }) => manifest.metadata.name);
    expect(
      [...replicas.map(({ name }) => name), ...patches.flatMap(({ target }) => target?.name ?? [])].filter(
        (name) => !names.includes(name),
      ),
    ).toEqual([]);
  });

  it('alert on metrics that there are', () => {
    const handbook = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
    const rules = ofKind('PrometheusRule')
      .flatMap(({ spec }) => spec?.groups ?? [])
      .flatMap(({ rules }) => rules);
    expect(rules.length).toBeGreaterThan(5);
    const metrics = rules
      .flatMap(({ expr }) => expr.match(/tapecast_[a-z_]+/g) ?? [])
      .map((name) => name.replace(/_bucket$/, ''));
    expect(metrics.filter((name) => !handbook.includes(`\`${name}\` |`))).toEqual([]);
    const partitions = base.find(({ metadata }) => metadata.name === 'tapecast-cluster')?.data?.TAPECAST_PARTITIONS;
    expect(rules.find(({ alert }) => alert === 'TapecastPartitionWithoutWorker')?.expr).toContain(`< ${partitions}`);
  });
});

/** As the kubelet would give it: maps in their order, then single values. */
function environmentOf(container: ContainerSpec, objects: readonly Found[]): Record<string, string> {
  const map = (name: string): Labels => {
    const found = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
    if (found?.data === undefined) throw new Error(`there is no ConfigMap ${name}`);
    return found.data;
  };
  const environment: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom ?? [])
    Object.assign(environment, configMapRef && map(configMapRef.name));
  for (const { name, value, valueFrom } of container.env ?? []) {
    const reference = valueFrom?.configMapKeyRef;
    const text = value ?? (reference && map(reference.name)[reference.key]);
    if (text === undefined) throw new Error(`${container.name}: ${name} has no value`);
    environment[name] = text;
  }
  return environment;
}

async function command(program: string, args: string[], named: (text: string) => string): Promise<void> {
  try {
    await promisify(execFile)(program, args, { cwd: ROOT });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(named(`${stdout}${stderr}`).trim() || String(error), { cause: error });
  }
}
