using System.Globalization;
using LiveLedger.Cli.Rest;
using LiveLedger.Media;
using LiveLedger.Peering.Staying;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Cli.Swarm;

/// <summary>Reads from the log how stays went, over the API. Each payload is held against the digest in its entry; one that is not its entry's, or out of its bounds, is passed over and counted.</summary>
internal static class SessionHistory
{
    private const string Type = "swarm-sessions";

    // Payloads of a thousand looks: an answer is bounded to some megabytes.
    private const int Page = 8;

    // What a machine of some gigabytes learns from within minutes.
    private const int MaxLooks = 1_000_000;

    internal static async Task<(List<(BroadcastId Broadcast, Look Look)> Looks, IReadOnlyList<string> Notes)> ReadAsync(ServerApi api, DateTimeOffset since, bool wanted, CancellationToken cancellation)
    {
        var looks = new List<(BroadcastId Broadcast, Look Look)>();
        var (events, unsound, isCut) = (0, 0, false);
        await ProgressBar.ShowAsync("history", wanted, async show =>
        {
            for (ulong? from = 0; from is { } next && !isCut;)
            {
                var page = await api.GetAsync<PageView>(
                    $"/v1/ledger/entries?type={Type}&since={since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)}&from={next}&limit={Page}", cancellation);
                foreach (var item in page.Items)
                {
                    events++;
                    if (LooksOf(item) is not var (broadcast, found))
                    {
                        unsound++;
                        continue;
                    }

                    looks.AddRange(found.Select(l => (broadcast, l)));
                }

                isCut = looks.Count >= MaxLooks;
                show(page.Next ?? page.UpTo, page.UpTo);
                if (page.Next <= next)
                {
                    throw new CommandFailure("the server's pages do not go on");
                }

                from = page.Next;
            }

            return true;
        });
        List<string> notes = [$"history: {events} events since {since:yyyy-MM-dd HH:mm} UTC"];
        if (unsound > 0)
        {
            notes.Add($"{unsound} of them passed over: not what their entries say, or out of their bounds");
        }

        if (isCut)
        {
            notes.Add($"read up to {MaxLooks:N0} looks, the oldest first: a later --since sees the newest");
        }

        return (looks, notes);
    }

    private static (BroadcastId Broadcast, IReadOnlyList<Look> Looks)? LooksOf(ItemView item) =>
        item is { Entry: { } bytes, Payload: { } payload, Salt: { Length: PayloadDigest.SaltLength } salt }
        && LedgerEntry.TryParse(bytes, out var entry) && entry.Type == Type && entry.Payload == PayloadDigest.Of(salt, payload)
        && SessionLooks.TryRead(payload, out var broadcast, out var looks) && entry.Stream.StartsWith($"sessions/{broadcast}/", StringComparison.Ordinal) ? (broadcast, looks) : null;

    private sealed record PageView(IReadOnlyList<ItemView> Items, ulong? Next, ulong UpTo);

    private sealed record ItemView(byte[]? Entry, byte[]? Payload, byte[]? Salt);
}
