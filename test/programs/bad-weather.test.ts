// Programs for any number of ranks in bad weather (bad-weather.ts): each sample over one of the ways between ranks, which is
// another one for the next number of ranks.
import { test } from "uvu";
import { badWeather, transports } from "./bad-weather.ts";

badWeather((sample, size) => [transports[(sample + Math.log2(size)) % transports.length]!], 60);

test.run();
