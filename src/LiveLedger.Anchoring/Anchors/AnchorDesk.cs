using System.Diagnostics;
using System.Globalization;
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
    private const string SizePrefix = "log size ";

    // The log's keeper publishes within a moment; with witnesses, within some.
    private static readonly TimeSpan s_untilPublished = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    /// <summary>What the contracts know the log by: SHA-256 of its name.</summary>
    public Sha256Hash Origin { get; } = OriginOf(options.Origin);

    /// <summary>The checkpoint that is published now.</summary>
    public TreeHead Published => log.Head();

    /// <inheritdoc cref="Origin"/>
    public static Sha256Hash OriginOf(string origin) => Sha256Hash.Of(Encoding.UTF8.GetBytes(origin));

    /// <summary>
    /// Orders the checkpoint that is published now to be anchored. Where no size is asked for, not if it is or any waits: what waits behind a chain that is away need
    /// not grow. Where one is, as for a start that has a deadline, not if an anchor that holds so much stands, waits or is under way; one of a smaller tree does not do.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="size">How much the tree has to hold.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="LedgerUnavailableException">The database is away; order it again.</exception>
    public async Task AnchorAsync(string reason, ulong? size, CancellationToken cancel)
    {
        var head = await HeadAsync(size ?? 0, cancel);
        var anchored = await AnchoredAsync(cancel);
        if (head.Size.Value < Math.Max(size ?? 0, 1) || anchored >= (size ?? head.Size.Value) || await account.AskAsync(state => Waits(state, size), cancel))
        {
            return;
        }

        var (_, isNew) = await account.OrderAgainAsync(
            $"{settings.Deployment.Name}\n{head.Size.Value}\n{head.Root}",
            id => new(id, OrderPurpose.CheckpointAnchor, string.Create(CultureInfo.InvariantCulture, $"{SizePrefix}{head.Size.Value}"), settings.Deployment.Anchor, 0, CheckpointAnchorCalls.Submit(Origin, head)),
            "system", cancel);
        if (isNew)
        {
            Ordered(head.Size.Value, reason);
        }
    }

    /// <summary>Size of the largest anchored checkpoint; 0 before the first.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<ulong> AnchoredAsync(CancellationToken cancel) => await view.AnchorsAsync(settings.Account, Origin, ulong.MaxValue, 1, cancel) is [var last] ? last.Size : 0;

    /// <summary>An id that follows from what it is of.</summary>
    public static Guid IdOf(string what) => OrderId.Of(what);

    // An event is told of before the checkpoint that holds it is published.
    private async Task<TreeHead> HeadAsync(ulong size, CancellationToken cancel)
    {
        var head = log.Head();
        for (var waiting = Stopwatch.StartNew(); head.Size.Value < size && waiting.Elapsed < s_untilPublished; head = log.Head())
        {
            await Task.Delay(s_look, cancel);
        }

        return head;
    }

    private bool Waits(AccountState state, ulong? size) => size is { } least
        ? state.Standing.Any(o => IsOfThese(o) && SizeOf(o) >= least)
        : state.Waiting.Any(IsOfThese);

    private bool IsOfThese(TransactionOrder order) => order.Purpose == OrderPurpose.CheckpointAnchor && order.To == settings.Deployment.Anchor;

    private static ulong SizeOf(TransactionOrder order) =>
        order.Subject.StartsWith(SizePrefix, StringComparison.Ordinal) && ulong.TryParse(order.Subject.AsSpan(SizePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;

    [LoggerMessage(Level = LogLevel.Information, Message = "the checkpoint of size {Size} is to be anchored ({Reason})")]
    private partial void Ordered(ulong size, string reason);
}
