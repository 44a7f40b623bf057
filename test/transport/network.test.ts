// Which addresses of a host a rank publishes, and which of a peer's it tries.
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "uvu";
import { inOrder, ownAddresses, publishedAddresses } from "../../src/transport/network.ts";
import { equal } from "../support/assert.ts";

const v4 = (address: string, internal = false) =>
  ({ address, family: "IPv4", internal, netmask: "", mac: "", cidr: null }) as NetworkInterfaceInfo;
const v6 = (address: string, scopeid = 0, internal = false) =>
  ({ address, family: "IPv6", internal, netmask: "", mac: "", cidr: null, scopeid }) as NetworkInterfaceInfo;

const interfaces = {
  lo: [v4("127.0.0.1", true), v6("::1", 0, true)],
  docker0: [v4("172.17.0.1")],
  eth0: [v4("192.168.1.10"), v6("fd00::10"), v6("fe80::1", 2)],
  wlan0: [v4("10.1.2.3"), v4("169.254.7.7")],
  "br-3f": [v6("fd01::1")],
};
const here = { host: 0, hosts: 2 };

test("IPv4 comes before IPv6, and docker's and its like at last; loopback and link-local addresses are left out", () => {
  equal(publishedAddresses(here, interfaces), ["192.168.1.10", "10.1.2.3", "fd00::10", "172.17.0.1", "fd01::1"]);
});

test("the address by which the user called the host comes first, wherever it is from", () => {
  equal(publishedAddresses({ ...here, named: "172.17.0.1" }, interfaces)[0], "172.17.0.1");
  equal(publishedAddresses({ ...here, named: "fd00::10" }, interfaces)[0], "fd00::10");
});

test("an interface, an address and a subnet of either family narrow it", () => {
  const only = (wanted: string) => publishedAddresses({ ...here, interface: wanted }, interfaces);
  equal(only("eth0"), ["192.168.1.10", "fd00::10"]);
  equal(only("10.1.2.3"), ["10.1.2.3"]);
  equal(only("10.0.0.0/8"), ["10.1.2.3"]);
  equal(only("192.168.1.0/28"), ["192.168.1.10"]);
  equal(only("192.168.1.0/29"), []);
  equal(only("fd00::/16"), ["fd00::10"]);
  equal(only("0.0.0.0/0"), ["192.168.1.10", "10.1.2.3", "172.17.0.1"]);
  equal(only("eth7"), []);
});

test("an address of the peer that this host has too is tried at last", () => {
  const own = ownAddresses(interfaces);
  equal(inOrder(["172.17.0.1", "192.168.1.11", "10.9.9.9"], own), ["192.168.1.11", "10.9.9.9", "172.17.0.1"]);
  equal(inOrder(["172.17.0.1"], own), ["172.17.0.1"]);
});

test.run();
