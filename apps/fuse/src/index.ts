export { type BackgroundOptions, type Daemon, serveInBackground } from "./background/serve-in-background.ts";
export type { CreateSources } from "./image-data.ts";
export { type ImageModule, serveImage, type ServeOptions } from "./serve-image.ts";
export { isStaleMount, type Mounted, unmountOnSignals } from "@erofs/fuse";
