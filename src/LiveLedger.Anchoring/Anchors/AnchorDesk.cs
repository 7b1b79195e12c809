using System.Security.Cryptography;
using System.Text;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain.Contracts;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Tree;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>Orders the transactions that anchor checkpoints. It only orders: whoever sends them may be another process, and the chain may be away.</summary>
internal sealed partial class AnchorDesk(LogReader log, LedgerOptions options, ChainView view, AccountBook account, ChainSettings settings, ILogger<AnchorDesk> logger)
{
    public const string Purpose = "checkpoint-anchor";

    /// <summary>What the contracts know the log by: SHA-256 of its name.</summary>
    public Sha256Hash Origin { get; } = OriginOf(options.Origin);

    /// <summary>The checkpoint that is published now.</summary>
    public TreeHead Published => log.Head();

    /// <inheritdoc cref="Origin"/>
    public static Sha256Hash OriginOf(string origin) => Sha256Hash.Of(Encoding.UTF8.GetBytes(origin));

    /// <summary>Orders the checkpoint that is published now to be anchored, unless it is or one waits: what waits behind a chain that is away need not grow.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; order it again.</exception>
    public async Task AnchorAsync(string reason, CancellationToken cancel)
    {
        var head = log.Head();
        if (head.Size.Value == 0
            || (await view.AnchorsAsync(settings.Account, Origin, ulong.MaxValue, 1, cancel)) is [var last] && last.Size >= head.Size.Value
            || (await account.ReadAsync(cancel)).Waiting.Any(static o => o.Purpose == Purpose))
        {
            return;
        }

        var id = IdOf($"{settings.Deployment.Name}\n{head.Size.Value}\n{head.Root}");
        if (await account.OrderAsync(new(id, Purpose, $"log size {head.Size.Value}", settings.Deployment.Anchor, 0, CheckpointAnchorCalls.Submit(Origin, head)), "system", cancel))
        {
            Ordered(head.Size.Value, reason);
        }
    }

    /// <summary>An order's id, so that ordering the same twice is one order.</summary>
    public static Guid IdOf(string what) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"liveledger chain order v1\n{what}")).AsSpan(0, 16), bigEndian: true);

    [LoggerMessage(Level = LogLevel.Information, Message = "the checkpoint of size {Size} is to be anchored ({Reason})")]
    private partial void Ordered(ulong size, string reason);
}
