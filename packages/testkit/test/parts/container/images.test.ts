import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineApi } from '../../../src/parts/container/engine-api.ts';
import { PartImages } from '../../../src/parts/container/images.ts';

/** An engine as far as images go: what it has, what a pull says, and what it is asked for. nginx is not installed here. */
let dir: string;
let server: Server;
let has: Set<string>;
let asked: string[];
let said: string[];
let onPull: (image: string, response: ServerResponse) => void;
let images: () => PartImages;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tapecast-images-'));
  has = new Set();
  asked = [];
  said = [];
  onPull = (_image, response) => response.writeHead(500).end('{"message":"no such host"}');
  server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://engine');
    const image = /^\/images\/(.+)\/json$/.exec(url.pathname)?.[1];
    if (image !== undefined) response.writeHead(has.has(image) ? 200 : 404).end('{}');
    else if (url.pathname === '/images/json') response.end('[]');
    else if (url.searchParams.has('fromImage')) {
      const pulled = `${url.searchParams.get('fromImage')}:${url.searchParams.get('tag')}`;
      asked.push(`pull ${pulled}`);
      onPull(pulled, response);
    } else {
      asked.push(`import ${url.searchParams.get('repo')}`);
      request.resume().once('end', () => {
        has.add(`${url.searchParams.get('repo')}:${url.searchParams.get('tag')}`);
        response.end('{"status":"sha256:0"}');
      });
    }
  });
  const socket = join(dir, 'engine.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  writeFileSync(join(dir, 'program'), 'v1');
  const recipe = async () => ({ files: [{ from: join(dir, 'program'), to: '/bin/program' }], path: '/bin' });
  const absent = async () => Promise.reject(new Error('nginx was not found'));
  const sources = {
    kafka: { official: 'kafka:1', recipe },
    redis: { official: 'redis:1', recipe },
    nginx: { official: 'nginx:1', recipe: absent },
  };
  images = () => new PartImages(new EngineApi(`unix://${socket}`), (what) => said.push(what), sources, 200);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

const PACKED = /^tapecast-parts\/redis:[0-9a-f]{16}$/;

it('uses the official image that the engine has, and asks for nothing', async () => {
  has.add('redis:1');
  expect(await images().name('redis')).toBe('redis:1');
  expect(asked).toEqual([]);
});

it('pulls the official image', async () => {
  onPull = (image, response) => {
    has.add(image);
    response.end('{"status":"Pull complete"}');
  };
  expect(await images().name('nginx')).toBe('nginx:1');
  expect(asked).toEqual(['pull nginx:1']);
});

it('packs what is installed here when the registry does not answer, and asks it once', async () => {
  const these = images();
  expect(await these.name('redis')).toMatch(PACKED);
  expect(await these.name('kafka')).toMatch(/^tapecast-parts\/kafka:/);
  expect(asked).toEqual(['pull redis:1', 'import tapecast-parts/redis', 'import tapecast-parts/kafka']);
  expect(said).toEqual([
    'pulling redis:1',
    expect.stringMatching(/^packing tapecast-parts\/redis:\w+ \(redis:1 could not be pulled: no such host\)$/),
    expect.stringMatching(/^packing tapecast-parts\/kafka:\w+ \(kafka:1 could not be pulled: no such host\)$/),
  ]);
});

it('packs once, until a file changes', async () => {
  const first = await images().name('redis');
  asked.length = 0;
  expect(await images().name('redis')).toBe(first);
  expect(asked).toEqual([]);
  writeFileSync(join(dir, 'program'), 'another version');
  expect(await images().name('redis')).not.toBe(first);
  expect(asked).toEqual(['pull redis:1', 'import tapecast-parts/redis']);
});

it('says what was tried when there is neither, and tries again when asked again', async () => {
  const these = images();
  await expect(these.name('nginx')).rejects.toThrow(
    /^nginx:1 could not be pulled \(no such host\), and no image can be packed of what is installed here: nginx was not found$/,
  );
  has.add('nginx:1');
  expect(await these.name('nginx')).toBe('nginx:1');
});

it('gives up a pull from which nothing more comes', async () => {
  onPull = (_image, response) => response.write('{"status":"Pulling"}');
  expect(await images().name('redis')).toMatch(PACKED);
});

it('takes a pull that breaks off for none', async () => {
  onPull = (_image, response) => response.end('{"error":"toomanyrequests"}');
  await expect(images().name('nginx')).rejects.toThrow(/toomanyrequests/);
});
