// What the page runs: the scenario, whose outcome goes back to the server.
import { digestImages } from "./scenario.mjs";

const outcome = await digestImages().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch("/outcome", { method: "POST", body: JSON.stringify(outcome) });
