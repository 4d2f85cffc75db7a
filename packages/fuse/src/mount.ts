import { closeSync } from "node:fs";
import { stat } from "node:fs/promises";
import { shakeHands } from "./handshake.ts";
import { cloneDevices } from "./mount/device.ts";
import { type KernelMount, mountInKernel, unmountInKernel } from "./mount/kernel-mount.ts";
import { checksPermissions, type MountSettings } from "./mount/mount-settings.ts";
import { resolveMountpoint } from "./mount/mountpoint.ts";
import { setReadAhead } from "./mount/read-ahead.ts";
import { startWatcher, type Watcher } from "./mount/watcher.ts";
import { atExit } from "./at-exit.ts";
import { Server } from "./serve/server.ts";

export interface MountOptions extends MountSettings {
  readonly directory: string;
  /** URL of a module that exports `createFileSystem`, which each thread calls. */
  readonly module: string | URL;
  /** Given to it; structured-cloned. */
  readonly data?: unknown;
  /** Threads that serve, default 1. More help readers that run side by side and tend to cost a single one. */
  readonly workers?: number | undefined;
  /** Seconds for which the kernel goes by names and attributes that it knows; default 1. */
  readonly timeout?: number | undefined;
  /** Whether to unmount when this process dies, by a process of its own that waits for that; default true. */
  readonly autoUnmount?: boolean | undefined;
  /**
   * Whether threads answer listings, lookups and small reads of their own making while nobody asks, two seconds of work at
   * most: that has V8 compile what requests go through. See `FileSystem.rehearse`. Default: where there is no `forget`,
   * whose count it would spoil.
   */
  readonly rehearses?: boolean | undefined;
  /** Told of errors that the file system did not foresee, and of damage. */
  readonly onFault?: ((text: string) => void) | undefined;
}

/** A mount that is served. */
export interface Mounted {
  /** Absolute path. */
  readonly directory: string;
  /**
   * Resolves when the mount is gone, by whomever it was unmounted, and no thread runs any more. Rejects when serving
   * failed, after the mount was taken away.
   */
  readonly ended: Promise<void>;
  /**
   * Unmounts and waits for the end.
   * @param force even if it is in use: who still has something open there gets ENOTCONN
   * @throws (rejects with) MountError EBUSY
   */
  unmount(options?: { readonly force?: boolean }): Promise<void>;
}

/**
 * Mounts a file system and serves it in threads. Resolves when the mount answers.
 * @throws (rejects with) MountError, and what `createFileSystem` throws: then nothing was mounted
 */
export async function mount(options: MountOptions): Promise<Mounted> {
  const { module, data, workers = 1, timeout = 1, autoUnmount = true, onFault = () => {} } = options;
  const mountpoint = resolveMountpoint(options.directory);
  const server = new Server({
    threads: workers,
    module: String(module),
    data,
    timeouts: { entry: timeout, attributes: timeout },
    rehearses: options.rehearses ?? true,
    onFault,
  });
  let kernelMount: KernelMount | undefined;
  let devices: readonly number[] = [];
  try {
    await server.prepared;
    kernelMount = mountInKernel(mountpoint, options);
    devices = [kernelMount.device];
    shakeHands(kernelMount.device, { posixAcl: checksPermissions(options) });
    devices = cloneDevices(kernelMount.device, workers);
    const session = new Session(kernelMount, server, autoUnmount);
    const ready = server.serve(devices);
    devices = [];
    await ready;
    const { dev } = await stat(mountpoint);
    if (server.readAhead !== undefined) setReadAhead(dev, server.readAhead);
    return session;
  } catch (error) {
    if (kernelMount !== undefined) tryDetach(kernelMount);
    for (const device of devices) closeSync(device);
    server.stop();
    await server.ended.catch(() => {});
    throw error;
  }
}

class Session implements Mounted {
  readonly directory: string;
  readonly ended: Promise<void>;
  readonly #mount: KernelMount;
  readonly #server: Server;

  constructor(kernelMount: KernelMount, server: Server, autoUnmount: boolean) {
    this.directory = kernelMount.mountpoint;
    this.#mount = kernelMount;
    this.#server = server;
    const watcher = autoUnmount ? startWatcher(kernelMount.mountpoint, kernelMount.privileged) : undefined;
    const forget = atExit(() => {
      server.stopNow();
      tryDetach(kernelMount);
    });
    this.ended = this.#end(watcher, forget);
    this.ended.catch(() => {});
  }

  async unmount({ force = false }: { readonly force?: boolean } = {}): Promise<void> {
    const { mountpoint, privileged } = this.#mount;
    unmountInKernel(mountpoint, privileged, force);
    if (force) this.#server.stop();
    await this.ended;
  }

  async #end(watcher: Watcher | undefined, forget: () => void): Promise<void> {
    try {
      await this.#server.ended;
    } catch (error) {
      tryDetach(this.#mount);
      throw error;
    } finally {
      forget();
      watcher?.dismiss();
    }
  }
}

/** Takes a mount away that cannot be served any more. That it is gone already is no error. */
function tryDetach({ mountpoint, privileged }: KernelMount): void {
  try {
    unmountInKernel(mountpoint, privileged, true);
  } catch {
    // The watcher, or who unmounts by hand, finds it as it is.
  }
}
