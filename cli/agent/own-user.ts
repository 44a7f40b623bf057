// cli/agent/own-user: layer 10. Who runs this program, as agents and launchers name each other. Used by waiting, open-hosts.

/** The user's name; the number where nobody has given it one, as in containers. */
export function ownUser(): string {
  // Bun's userInfo() looks into USER only, which services and containers do not have.
  const id = process.env.USER ? null : Bun.which("id", { PATH: process.env.PATH ?? "" });
  const named = id === null ? undefined : Bun.spawnSync([id, "-un"], { stdio: ["ignore", "pipe", "ignore"] });
  const name = process.env.USER || (named?.exitCode === 0 && named.stdout.toString().trim());
  return name || String(process.getuid?.() ?? "somebody");
}
