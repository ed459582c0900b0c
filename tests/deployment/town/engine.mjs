// Docker and Compose, by their programs.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

// Compose waits for stops, whose grace is 30 s.
const COMMAND_MS = 120_000;
const OUTPUT_BYTES_MAX = 16 << 20;

/** Runs a program; resolves with its output. Its error output is in the failure. */
export async function run(program, args, { cwd, env = {} } = {}) {
  try {
    const { stdout } = await execute(program, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout: COMMAND_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    return stdout.trim();
  } catch (error) {
    const command = [program, ...args].join(' ');
    throw new Error(`${command}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  }
}

export const docker = (...args) => run('docker', args);

let plugin;

/** `docker compose`, or docker-compose where there is only that. */
export async function compose(folder, ...args) {
  plugin ??= await docker('compose', 'version').then(() => true, () => false);
  const [program, first] = plugin ? ['docker', ['compose']] : ['docker-compose', []];
  return run(program, [...first, ...args], { cwd: folder });
}

/** One field of what the engine knows, by a template of Go. */
export const inspect = (name, template) => docker('inspect', '--format', template, name);
