using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LiveLedger.Cli.Rest;
using LiveLedger.Media;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Cli.Audit;

/// <summary>An event with its payload, as the server shows it: the payload is what the entry commits to.</summary>
/// <param name="Index">Where it says that it is.</param>
/// <param name="Entry">The entry's bytes.</param>
/// <param name="Parsed">What they say.</param>
/// <param name="Payload">The payload.</param>
internal sealed record ShownEvent(ulong Index, byte[] Entry, LedgerEntry Parsed, byte[] Payload);

/// <summary>Reads a broadcast's events with their payloads, in the log's order, page after page.</summary>
/// <param name="api">Whose token may read them.</param>
/// <param name="broadcast">Of which broadcast.</param>
/// <param name="last">The last index that is wanted.</param>
/// <param name="patience">How long the server may show nothing new, as its index comes after its log.</param>
internal sealed class ShownEvents(ServerApi api, BroadcastId broadcast, ulong last, TimeSpan patience)
{
    /// <summary>Longer than any index needs that keeps up at all.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The server ends a page at 4 MiB of payloads, which grow by a third in base64.
    private const long MaxPage = 32 * 1024 * 1024;
    private const int PageLength = 200;

    internal async IAsyncEnumerable<ShownEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var since = Stopwatch.StartNew();
        for (var first = 0ul; first <= last;)
        {
            using var body = new MemoryStream();
            await api.DownloadAsync($"/v1/ledger/entries?broadcast={broadcast}&from={first}&limit={PageLength}", body, MaxPage, static _ => { }, cancellation);
            var (events, next, upTo) = Page(body);
            foreach (var one in events)
            {
                // What has been shown is behind us, so each page with an event brings the end nearer.
                if (one.Index < first)
                {
                    throw new VerifiedFalse($"the server's pages go back, from index {first} to {one.Index}");
                }

                if (one.Index > last)
                {
                    yield break;
                }

                yield return one;
                first = one.Index + 1;
                since.Restart();
            }

            if (next is { } going)
            {
                // Behind a page is what comes after its last event.
                if (events.Count == 0 || going < first)
                {
                    throw new VerifiedFalse($"the server's pages stand still at index {first}, and it says there is more from {going} on");
                }

                first = going;
            }
            else if (upTo > last)
            {
                yield break;
            }
            else if (since.Elapsed > patience)
            {
                throw new CommandFailure($"the standing is of event {last}, and for {patience.TotalSeconds:0} seconds the server has shown nothing from {first} on: its index goes up to {upTo}");
            }
            else
            {
                await Task.Delay(200, cancellation);
            }
        }
    }

    private static (List<ShownEvent> Events, ulong? Next, ulong UpTo) Page(MemoryStream body)
    {
        try
        {
            using var page = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            var events = page.RootElement.GetProperty("items").EnumerateArray().Select(Read).ToList();
            var next = page.RootElement.GetProperty("next");
            return (events, next.ValueKind == JsonValueKind.Null ? null : next.GetUInt64(), page.RootElement.GetProperty("upTo").GetUInt64());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CommandFailure($"the server's answer is not what was asked for: {e.Message}");
        }
    }

    private static ShownEvent Read(JsonElement item)
    {
        var (index, entry, payload, salt) = (item.GetProperty("index").GetUInt64(), item.GetProperty("entry").GetBytesFromBase64(), item.GetProperty("payload").GetBytesFromBase64(), item.GetProperty("salt").GetBytesFromBase64());
        if (!LedgerEntry.TryParse(entry, out var parsed))
        {
            throw new VerifiedFalse($"event {index} as shown is no entry");
        }

        return salt.Length == PayloadDigest.SaltLength && PayloadDigest.Of(salt, payload) == parsed.Payload
            ? new(index, entry, parsed, payload)
            : throw new VerifiedFalse($"the payload of event {index} is not the one that its entry commits to");
    }
}
