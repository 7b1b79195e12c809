using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>Somebody wants a transaction made.</summary>
/// <param name="Order">The order's id.</param>
/// <param name="Purpose">What kind.</param>
/// <param name="Subject">Of what.</param>
/// <param name="To">To whom; null to make a contract.</param>
/// <param name="Value">Decimal: JSON's numbers are too small in many a reader.</param>
/// <param name="Data">Hexadecimal.</param>
internal sealed record TransactionOrdered(Guid Order, string Purpose, string Subject, string? To, string Value, string Data);

/// <summary>
/// An order has a nonce, or other fees under the one it has. Written before anything is sent, so that whatever ends the process then, the next one sends the same
/// or a replacement of it, and never a second one beside it.
/// </summary>
internal sealed record TransactionPrepared(Guid Order, ulong Nonce, ulong Gas, string MaxFee, string Tip, ulong Block, string? Hash, string? Signed);

/// <summary>A node has taken it.</summary>
internal sealed record TransactionSent(Guid Order, string Hash);

/// <summary>It stands in a block with enough others on it.</summary>
internal sealed record TransactionMined(
    Guid Order, ulong Nonce, string Hash, ulong Block, string BlockHash, bool Succeeded, ulong GasUsed, string GasPrice, string? Contract);

/// <summary>Another transaction of the account, not ours, has its nonce for good. The order waits for a new one.</summary>
internal sealed record TransactionDisplaced(Guid Order, ulong Nonce, string By, ulong Block);

/// <summary>It is not carried out, or was without effect: a person has to look. The same may be ordered again under another id.</summary>
internal sealed record TransactionParked(Guid Order, string Code, string Detail);

/// <summary>The chain took back what was taken for good. The order stands again, under the nonce it had.</summary>
internal sealed record TransactionUndone(Guid Order, ulong Nonce, string Hash, ulong Block, string BlockHash);

/// <summary>The account has too little for what is next.</summary>
internal sealed record AccountOutOfFunds(string Balance, string Needed);

/// <summary>And enough again.</summary>
internal sealed record AccountFunded(string Balance);

/// <summary>
/// The stream <c>chain-account/{chain id}-{address}</c>: everything an account was told to do and did. Who gives a nonce appends at the version at which it has read
/// the stream, so that no two give the same.
/// </summary>
internal static partial class TransactionEvents
{
    public const string Prefix = "chain-account/";
    public const string OrderedType = "transaction-ordered";
    public const string PreparedType = "transaction-prepared";
    public const string ReplacedType = "transaction-replaced";
    public const string SentType = "transaction-sent";
    public const string MinedType = "transaction-mined";
    public const string DisplacedType = "transaction-displaced";
    public const string ParkedType = "transaction-parked";
    public const string UndoneType = "transaction-undone";
    public const string OutOfFundsType = "account-out-of-funds";
    public const string FundedType = "account-funded";

    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName StreamOf(ChainId chain, Address account) => new($"{Prefix}{chain}-{account}");

    public static bool TryReadStream(StreamName stream, out ChainId chain, out Address account)
    {
        (chain, account) = (default, default);
        if (!stream.Value.StartsWith(Prefix, StringComparison.Ordinal) || stream.Value[Prefix.Length..].Split('-') is not [var id, var address]
            || !ulong.TryParse(id, out var number) || !Address.TryParse(address, out account))
        {
            return false;
        }

        chain = new(number);
        return true;
    }

    /// <summary>The event of an order: its id follows from the order's, so that ordering again appends nothing.</summary>
    public static NewEvent Ordered(TransactionOrder order, string actor) => new CommandId(order.Id).Event(
        0, OrderedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(order.Id, order.Purpose, order.Subject, order.To?.ToString(), $"{order.Value}", HexText.Of(order.Data.Span)), TransactionJson.Default.TransactionOrdered), actor);

    public static NewEvent Prepared(TimeProvider time, LiveTransaction live) => New(
        time, live.Attempts.Count == 1 ? PreparedType : ReplacedType, live.Order.Id,
        new(live.Order.Id, live.Nonce, live.Gas, $"{live.Newest.MaxFee}", $"{live.Newest.Tip}", live.Newest.Block.Value, live.Newest.Hash?.ToString(),
            live.Newest.Signed.IsEmpty ? null : HexText.Of(live.Newest.Signed.Span)),
        TransactionJson.Default.TransactionPrepared);

    public static NewEvent Sent(TimeProvider time, Guid order, TransactionHash hash) =>
        New(time, SentType, order, new(order, hash.ToString()), TransactionJson.Default.TransactionSent);

    public static NewEvent Mined(TimeProvider time, LiveTransaction live, TransactionReceipt receipt) => New(
        time, MinedType, live.Order.Id,
        new(live.Order.Id, live.Nonce, receipt.Transaction.ToString(), receipt.Block.Value, receipt.BlockHash.ToString(), receipt.Succeeded, receipt.GasUsed,
            $"{receipt.GasPrice}", receipt.Contract?.ToString()),
        TransactionJson.Default.TransactionMined);

    public static NewEvent Displaced(TimeProvider time, LiveTransaction live, TransactionHash by, BlockNumber block) =>
        New(time, DisplacedType, live.Order.Id, new(live.Order.Id, live.Nonce, by.ToString(), block.Value), TransactionJson.Default.TransactionDisplaced);

    public static NewEvent Parked(TimeProvider time, Guid order, string code, string detail) =>
        New(time, ParkedType, order, new(order, code, detail), TransactionJson.Default.TransactionParked);

    public static NewEvent Undone(TimeProvider time, DoneTransaction done) => New(
        time, UndoneType, done.Transaction.Order.Id,
        new(done.Transaction.Order.Id, done.Transaction.Nonce, done.Hash.ToString(), done.Block.Value, done.BlockHash.ToString()), TransactionJson.Default.TransactionUndone);

    public static NewEvent OutOfFunds(TimeProvider time, UInt128 balance, UInt128 needed) =>
        New(time, OutOfFundsType, null, new($"{balance}", $"{needed}"), TransactionJson.Default.AccountOutOfFunds);

    public static NewEvent Funded(TimeProvider time, UInt128 balance) => New(time, FundedType, null, new($"{balance}"), TransactionJson.Default.AccountFunded);

    public static TransactionOrdered ReadOrdered(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionOrdered);

    public static TransactionPrepared ReadPrepared(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionPrepared);

    public static TransactionSent ReadSent(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionSent);

    public static TransactionMined ReadMined(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionMined);

    public static TransactionDisplaced ReadDisplaced(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionDisplaced);

    public static TransactionParked ReadParked(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionParked);

    public static TransactionUndone ReadUndone(StoredEvent stored) => Read(stored, TransactionJson.Default.TransactionUndone);

    private static NewEvent New<T>(TimeProvider time, string type, Guid? order, T payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json) => new(
        Guid.CreateVersion7(time.GetUtcNow()), type, Schema, JsonSerializer.SerializeToUtf8Bytes(payload, json), Actor)
    { Causation = order };

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    private static T Read<T>(StoredEvent stored, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(stored.PayloadJson.Span, json) ?? throw new InvalidDataException($"empty payload of '{stored.Type}'");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the payload of '{stored.Type}' {stored.Id} cannot be read", e);
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(TransactionOrdered))]
    [JsonSerializable(typeof(TransactionPrepared))]
    [JsonSerializable(typeof(TransactionSent))]
    [JsonSerializable(typeof(TransactionMined))]
    [JsonSerializable(typeof(TransactionDisplaced))]
    [JsonSerializable(typeof(TransactionParked))]
    [JsonSerializable(typeof(TransactionUndone))]
    [JsonSerializable(typeof(AccountOutOfFunds))]
    [JsonSerializable(typeof(AccountFunded))]
    private sealed partial class TransactionJson : JsonSerializerContext;
}
