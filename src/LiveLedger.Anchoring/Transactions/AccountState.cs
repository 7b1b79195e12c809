using System.Globalization;
using LiveLedger.Chain;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>What an account's stream comes to: which orders wait, which have a nonce, which were done lately. A function of the events and of nothing else.</summary>
internal sealed class AccountState
{
    // A chain that takes back more than this has other troubles.
    private const int MaxDone = 64;

    private readonly List<TransactionOrder> _waiting = [];
    private readonly SortedDictionary<ulong, LiveTransaction> _live = [];
    private readonly List<DoneTransaction> _done = [];
    private readonly Dictionary<Guid, ParkedOrder> _parked = [];

    /// <summary>Version of the last event in it; -1 for none.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>Version of the last event in it that is no order; -1 for none.</summary>
    public long LastOfSender { get; private set; } = -1;

    /// <summary>Without a nonce, in the order in which they get one.</summary>
    public IReadOnlyList<TransactionOrder> Waiting => _waiting;

    /// <summary>With a nonce, by it.</summary>
    public IEnumerable<LiveTransaction> Live => _live.Values;

    /// <summary>How many those are.</summary>
    public int LiveCount => _live.Count;

    /// <summary>Done lately, the latest last.</summary>
    public IReadOnlyList<DoneTransaction> Done => _done;

    /// <summary>Not carried out, or without effect, by their ids.</summary>
    public IReadOnlyDictionary<Guid, ParkedOrder> Parked => _parked;

    /// <summary>Those that wait, are under way, or were carried out lately.</summary>
    public IEnumerable<TransactionOrder> Standing => _waiting.Concat(_live.Values.Select(static l => l.Order))
        .Concat(_done.Select(static d => d.Transaction.Order).Where(o => !_parked.ContainsKey(o.Id)));

    /// <summary>Every nonce below was used, as far as we know.</summary>
    public ulong Floor { get; private set; }

    /// <summary>True if the account was found to have too little.</summary>
    public bool IsOutOfFunds { get; private set; }

    public bool IsLive(ulong nonce) => _live.ContainsKey(nonce);

    /// <summary>True if it has no nonce yet. Each append reads what came meanwhile, which may be another sender's nonce for it.</summary>
    public bool IsWaiting(Guid order) => _waiting.Exists(o => o.Id == order);

    /// <summary>Takes the next event of the stream.</summary>
    /// <exception cref="InvalidDataException">It cannot follow on those before.</exception>
    public void Apply(StoredEvent stored)
    {
        if (stored.Version != Version + 1)
        {
            throw new InvalidDataException($"event {stored.Version} of {stored.Stream} does not follow on {Version}");
        }

        switch (stored.Type)
        {
            case TransactionEvents.OrderedType:
                _waiting.Add(Read(TransactionEvents.ReadOrdered(stored)));
                break;
            case TransactionEvents.PreparedType:
            case TransactionEvents.ReplacedType:
                Prepare(TransactionEvents.ReadPrepared(stored), stored.RecordedAt);
                break;
            case TransactionEvents.SentType:
                var sent = TransactionEvents.ReadSent(stored);
                var told = Find(sent.Order);
                _live[told.Nonce] = told with { Attempts = [.. told.Attempts.SkipLast(1), told.Newest with { Hash = Hash(sent.Hash), IsSent = true }] };
                break;
            case TransactionEvents.MinedType:
                var mined = TransactionEvents.ReadMined(stored);
                var done = Take(mined.Order);
                _done.Add(new(done, new(mined.Block), BlockHash.TryParse(mined.BlockHash, out var block) ? block : throw Bad(mined.BlockHash), Hash(mined.Hash)));
                if (_done.Count > MaxDone)
                {
                    _done.RemoveAt(0);
                }

                Floor = Math.Max(Floor, done.Nonce + 1);
                break;
            case TransactionEvents.DisplacedType:
                var displaced = Take(TransactionEvents.ReadDisplaced(stored).Order);
                // It was ordered before all that wait.
                _waiting.Insert(0, displaced.Order);
                Floor = Math.Max(Floor, displaced.Nonce + 1);
                break;
            case TransactionEvents.ParkedType:
                Park(TransactionEvents.ReadParked(stored), stored.RecordedAt);
                break;
            case TransactionEvents.UndoneType:
                var undone = TransactionEvents.ReadUndone(stored);
                var again = _done.Find(d => d.Transaction.Order.Id == undone.Order) ?? throw Bad($"{undone.Order}");
                _done.Remove(again);
                _parked.Remove(undone.Order);
                _live.Add(again.Transaction.Nonce, again.Transaction);
                Floor = Math.Min(Floor, again.Transaction.Nonce);
                break;
            case TransactionEvents.OutOfFundsType:
                IsOutOfFunds = true;
                break;
            case TransactionEvents.FundedType:
                IsOutOfFunds = false;
                break;
            default:
                throw new InvalidDataException($"unknown event '{stored.Type}' of an account");
        }

        Version = stored.Version;
        LastOfSender = stored.Type == TransactionEvents.OrderedType ? LastOfSender : Version;
    }

    private void Prepare(TransactionPrepared prepared, DateTimeOffset at)
    {
        var attempt = new TransactionAttempt(
            Amount(prepared.MaxFee), Amount(prepared.Tip), new(prepared.Block), prepared.Hash is { } hash ? Hash(hash) : null,
            prepared.Signed is { } signed ? Bytes(signed) : default, at);
        if (_waiting.FindIndex(o => o.Id == prepared.Order) is >= 0 and var place)
        {
            _live.Add(prepared.Nonce, new(_waiting[place], prepared.Nonce, prepared.Gas, [attempt]));
            _waiting.RemoveAt(place);
            return;
        }

        var live = Find(prepared.Order);
        _live[live.Nonce] = live with { Attempts = [.. live.Attempts, attempt] };
    }

    // One that was never sent, one that no node takes, or one that was mined without effect, which is among the done.
    private void Park(TransactionParked told, DateTimeOffset at)
    {
        var order = told.Order;
        var live = _live.Values.FirstOrDefault(l => l.Order.Id == order);
        var parked = live?.Order ?? _waiting.Find(o => o.Id == order) ?? _done.FindLast(d => d.Transaction.Order.Id == order)?.Transaction.Order;
        _parked[order] = new(parked?.Purpose ?? "", parked?.Subject ?? "", told.Code, told.Detail, at);
        _waiting.RemoveAll(o => o.Id == order);
        if (live is not null)
        {
            _live.Remove(live.Nonce);
        }
    }

    private LiveTransaction Find(Guid order) => _live.Values.FirstOrDefault(l => l.Order.Id == order) ?? throw Bad($"{order}");

    private LiveTransaction Take(Guid order)
    {
        var live = Find(order);
        _live.Remove(live.Nonce);
        return live;
    }

    private static TransactionOrder Read(TransactionOrdered ordered)
    {
        Address? to = ordered.To is null ? null : Address.TryParse(ordered.To, out var address) ? address : throw Bad(ordered.To);
        return new(ordered.Order, ordered.Purpose, ordered.Subject, to, Amount(ordered.Value), Bytes(ordered.Data));
    }

    private static UInt128 Amount(string text) => UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) ? amount : throw Bad(text);

    private static byte[] Bytes(string text) => HexText.TryRead(text, NewEvent.MaxPayloadLength, out var bytes) ? bytes : throw Bad(text);

    private static TransactionHash Hash(string text) => TransactionHash.TryParse(text, out var hash) ? hash : throw Bad(text);

    private static InvalidDataException Bad(string what) => new($"an account's event holds '{what[..Math.Min(what.Length, 80)]}', which cannot be");
}
