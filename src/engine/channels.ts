// engine/channels: layer 4. The channels of one process, by context: each is made when it is first needed, by a receive or
// by a message, and goes when its communicator is gone. Used by engine.ts.
import { Channel } from "./channel.ts";
import { Operation } from "./operation.ts";

export class Channels extends Map<number, Channel> {
  of(context: number): Channel {
    let channel = this.get(context);
    if (!channel) {
      channel = new Channel();
      this.set(context, channel);
    }
    return channel;
  }

  /**
   * Removes the channel of a communicator that has been freed, once the last receive and probe in it has settled: those
   * complete as if nothing had happened. One with messages that nobody has received stays: a program that leaves some is
   * wrong, and they are what tells. The operation settles when the last receive has.
   */
  forget(context: number): Operation<void> {
    const forgotten = new Operation<void>();
    const look = () => {
      const channel = this.get(context);
      const waiting = channel?.waiting;
      if (waiting) return void waiting.onSettled(look);
      if (channel?.matcher.unexpectedCount === 0) this.delete(context);
      forgotten.resolve();
    };
    look();
    return forgotten;
  }
}
