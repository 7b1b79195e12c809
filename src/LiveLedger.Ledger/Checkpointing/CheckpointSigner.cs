using LiveLedger.Cryptography;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Checkpointing;

/// <summary>
/// Signs tree heads, and never one that does not extend the last: a log that signs two trees of which neither extends the other is worth
/// nothing (tlog-checkpoint: MUST NOT). It holds the checked tree; whoever gets one has had the whole log compared with the last checkpoint.
/// </summary>
internal sealed class CheckpointSigner
{
    private readonly LogTables _tables;
    private readonly LogTree _tree;
    private readonly CheckpointStore _store;
    private readonly JournalReader? _journal;
    private readonly NoteSigner _signer;
    private readonly string _origin;
    private readonly string? _predecessor;
    private byte[] _last;
    private bool _marked;

    private CheckpointSigner(LogTables tables, CheckpointStore store, JournalReader? journal, NoteSigner signer, LedgerOptions options) =>
        (_tables, _tree, _store, _journal, _signer, _origin, _predecessor, _last) = (tables, new(), store, journal, signer, options.Origin, options.Succeeds?.Predecessor, []);

    /// <summary>Leaves under the last checkpoint.</summary>
    public ulong SignedSize { get; private set; }

    /// <summary>Leaves in the tree: those that were checked, and those taken in since.</summary>
    public ulong TreeSize => _tree.Size;

    /// <summary>True if leaves were taken in since the last checkpoint, or there never was one.</summary>
    public bool HasNews => NeverSigned || _tree.Size > SignedSize;

    /// <summary>True if there never was a checkpoint: an empty log signs its empty tree, so that readers find it.</summary>
    public bool NeverSigned => _last.Length == 0;

    /// <summary>Reads every leaf under the last checkpoint, compares their root with it, and derives the tile hashes anew. About a second for a million leaves.</summary>
    /// <exception cref="LogHaltedException">The database does not extend the last checkpoint.</exception>
    public static async Task<CheckpointSigner> OpenAsync(LogTables tables, CheckpointStore store, JournalReader? journal, NoteSigner signer, LedgerOptions options,
        CancellationToken cancel)
    {
        if (Succession.Exists(options.CheckpointFile))
        {
            throw new LogHaltedException("log-succeeded", "another log has taken this one's place: start the server again");
        }

        if (store.IsRecovering)
        {
            throw new LogHaltedException("recovery-unfinished", "a roll-forward was begun and has not ended; give the order again");
        }

        var opened = new CheckpointSigner(tables, store, journal, signer, options);
        var journaled = journal?.Tail();
        await opened.CompareAsync(cancel);
        await opened.RequireJournaledAsync(journaled, cancel);
        await tables.StoreAsync(opened._tree.TakeFinished(), cancel);
        return opened;
    }

    /// <summary>Standing by: compares what the leader has signed since with the leaves, so that a take-over need not read the whole log again.</summary>
    /// <exception cref="LogHaltedException">The database does not extend the last checkpoint.</exception>
    public async Task FollowAsync(CancellationToken cancel)
    {
        await CompareAsync(cancel);

        // Whoever signed had stored these before.
        _ = _tree.TakeFinished();
    }

    /// <summary>Takes the lead: as <see cref="FollowAsync"/>, and on to the last leaf.</summary>
    /// <exception cref="LogHaltedException">The database does not extend the last checkpoint.</exception>
    public async Task TakeUpAsync(CancellationToken cancel)
    {
        var journaled = _journal?.Tail();
        await FollowAsync(cancel);
        await RequireJournaledAsync(journaled, cancel);
        await _tables.GrowAsync(_tree, (await _tables.ReadHeadAsync(cancel)).Size, cancel);
        await _tables.StoreAsync(_tree.TakeFinished(), cancel);
    }

    /// <summary>Takes in the leaves of a batch that has just been committed.</summary>
    /// <exception cref="LogHaltedException">It does not follow the leaves taken before.</exception>
    public void Take(SequencedBatch batch)
    {
        if (batch.First != _tree.Size)
        {
            throw new LogHaltedException("log-damaged", $"leaf {batch.First} was sequenced after {_tree.Size} leaves");
        }

        foreach (var hash in batch.Hashes)
        {
            _tree.Append(new(new Bytes32(hash)));
        }
    }

    /// <summary>Publishes a checkpoint over the leaves taken in.</summary>
    /// <exception cref="LeadershipLostException">Another process has signed meanwhile.</exception>
    public async Task SignAsync(CancellationToken cancel)
    {
        // The leaves are committed and the head has moved. A crash from here on loses nothing: start-up derives the tile hashes from
        // ledger.leaves and signs this tree or a larger one.
        await _tables.StoreAsync(_tree.TakeFinished(), cancel);

        var note = new Checkpoint(_origin, _tree.Head).Sign(_signer).ToBytes();

        // The signature exists in this process only. It is on disk in the store before anybody can read it, because readers are given what
        // the store holds; and it goes in only where the last one is still the one our tree was compared with.
        if (!_store.TryReplace(_last, note))
        {
            throw new LeadershipLostException();
        }

        _last = note;
        SignedSize = _tree.Size;
        if (!_marked)
        {
            await _tables.MarkSignedAsync(_origin, cancel);
            _marked = true;
        }
    }

    private async Task CompareAsync(CancellationToken cancel)
    {
        // The file first: read after the database it could be newer than the head, and look like a rollback.
        var last = _store.Read();
        var (size, signed, origin) = await _tables.ReadHeadAsync(cancel);
        if (signed && origin is not null && origin != _origin && origin != _predecessor)
        {
            throw new LogHaltedException("origin-changed",
                $"these events were signed as the log {origin}, and this is {_origin}: name the log as before, or open a successor by the operator's command");
        }

        // A successor begins without a checkpoint, and over the leaves that the other has signed.
        if (last is null && signed && origin != _predecessor)
        {
            throw new LogHaltedException("checkpoint-missing", "the log has signed checkpoints, and the file of the last one is gone");
        }

        var checkpointed = last is null ? TreeHead.Empty : Open(last, _signer, _origin);
        if (checkpointed.Size.Value > size)
        {
            throw new LogHaltedException("log-rolled-back",
                $"the last checkpoint covers {checkpointed.Size} events, the database has {size}: an older backup was restored");
        }

        if (checkpointed.Size.Value < _tree.Size)
        {
            throw new LogHaltedException("checkpoint-rolled-back",
                $"the last checkpoint covered {_tree.Size} events, and now its file says {checkpointed.Size}: somebody has put an older one back");
        }

        await _tables.GrowAsync(_tree, checkpointed.Size.Value, cancel);
        if (_tree.Head.Root != checkpointed.Root)
        {
            throw new LogHaltedException("log-forked",
                $"the first {checkpointed.Size} leaves do not have the root that was signed: {_tree.Head.Root} instead of {checkpointed.Root}");
        }

        (_last, _marked, SignedSize) = (last ?? [], signed && origin == _origin, checkpointed.Size.Value);
    }

    // Read before the database, like the checkpoint. Its end may be under no checkpoint yet, but somebody may have been told those indexes.
    private async Task RequireJournaledAsync((ulong End, JournaledEvent Last)? journaled, CancellationToken cancel)
    {
        if (journaled is not var (end, last))
        {
            return;
        }

        var (size, _, _) = await _tables.ReadHeadAsync(cancel);
        if (end > size)
        {
            throw new LogHaltedException("log-rolled-back", $"the journal has {end} events, the database has {size}: an older backup was restored");
        }

        if (await _tables.ReadLeafAsync(end - 1, cancel) != LeafHash.Of(last.Entry.Span))
        {
            throw new LogHaltedException("log-forked", $"leaf {end - 1} is not the event that the journal has there");
        }
    }

    /// <summary>The head of a stored checkpoint, which must be ours.</summary>
    internal static TreeHead Open(byte[] note, NoteSigner signer, string origin)
    {
        var result = Checkpoint.Open(note, signer.VerifierKey, out var checkpoint);
        return result == CheckpointResult.Valid && checkpoint!.Origin == origin
            ? checkpoint.Head
            : throw new LogHaltedException("checkpoint-unreadable", $"the file of the last checkpoint is not one of this log and key ({result})");
    }
}

/// <summary>Another process leads: begin again from what it has left.</summary>
internal sealed class LeadershipLostException() : Exception("another process sequences and signs this log");
