// deadline: 900
// As bad-weather.test.ts, but each sample over every way between ranks, and longer random programs.
import { test } from "uvu";
import { badWeather, transports } from "./bad-weather.ts";

badWeather(() => transports, 300);

test.run();
