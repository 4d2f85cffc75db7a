export { type BackgroundOptions, type Daemon, serveInBackground } from "./background/serve-in-background.ts";
export type { CreateSources } from "./image-data.ts";
export { serveImage } from "./serve-image.ts";
export type { ImageModule, ServeOptions } from "./serve-options.ts";
export { isStaleMount, type Mounted, unmountOnSignals } from "@erofs/fuse";
