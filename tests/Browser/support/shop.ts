import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A shop's own server, which is told by a webhook: it believes nothing that its secret did not sign. */
export class Shop {
  /** The bodies it was told, whatever it answered. */
  readonly told: { id: string; type: string; signed: boolean }[] = [];
  /** What it answers. */
  status = 204;
  secret = "";

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Shop> {
    const server = createServer();
    const shop = new Shop(server);
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = request.headers as Record<string, string>;
        const key = Buffer.from(shop.secret.replace("whsec_", ""), "base64");
        const expected = `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
        shop.told.push({ id: id ?? "", type: (JSON.parse(body) as { type: string }).type, signed: signature === expected });
        response.writeHead(shop.status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return shop;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks/a-word-that-only-we-know`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
