import { hostname, release } from 'node:os';
import { EngineApi } from './engine-api.ts';

const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** A container engine that parts can run on, or why there is none. */
export type FoundEngine = { api: EngineApi; name: string } | { api: undefined; why: string };

interface EngineInfo {
  Name: string;
  OSType: string;
  KernelVersion: string;
  ServerVersion: string;
  Driver: string;
  SecurityOptions: string[] | null;
}

/**
 * The engine of `DOCKER_HOST`, else of the usual socket. Parts share this machine's network, files and process ids with
 * their containers, so an engine elsewhere (in a virtual machine of Docker Desktop, on another host) is none for them.
 */
export async function findEngine(host: string = process.env.DOCKER_HOST || DEFAULT_HOST): Promise<FoundEngine> {
  const none = (why: string): FoundEngine => ({ api: undefined, why });
  if (process.platform !== 'linux') return none('containers of parts need an engine on Linux itself');
  let api: EngineApi;
  let info: EngineInfo;
  try {
    api = new EngineApi(host);
    info = await api.json<EngineInfo>('GET', '/info');
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return none(`no container engine answers at ${host} (${what})`);
  }
  if (info.OSType !== 'linux' || info.KernelVersion !== release() || info.Name !== hostname())
    return none(`the container engine at ${host} runs on another machine (${info.Name})`);
  const apart = info.SecurityOptions?.find((option) => /rootless|userns/.test(option));
  if (apart !== undefined)
    return none(
      `the container engine at ${host} (${apart}) gives containers other users and another network than ours`,
    );
  return { api, name: `${host} (${info.ServerVersion}, ${info.Driver})` };
}
