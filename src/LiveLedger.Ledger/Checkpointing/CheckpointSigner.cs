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
    private readonly NoteSigner _signer;
    private readonly string _origin;
    private byte[] _last;
    private bool _marked;

    private CheckpointSigner(LogTables tables, CheckpointStore store, NoteSigner signer, string origin) =>
        (_tables, _tree, _store, _signer, _origin, _last) = (tables, new(), store, signer, origin, []);

    /// <summary>Leaves under the last checkpoint.</summary>
    public ulong SignedSize { get; private set; }

    /// <summary>Leaves in the tree that was checked.</summary>
    public ulong TreeSize => _tree.Size;

    /// <summary>True if there never was a checkpoint: an empty log signs its empty tree, so that readers find it.</summary>
    public bool NeverSigned => _last.Length == 0;

    /// <summary>Reads every leaf under the last checkpoint, compares their root with it, and derives the tile hashes anew. About a second for a million leaves.</summary>
    /// <exception cref="LogHaltedException">The database does not extend the last checkpoint.</exception>
    public static async Task<CheckpointSigner> OpenAsync(LogTables tables, CheckpointStore store, NoteSigner signer, string origin, CancellationToken cancel)
    {
        var opened = new CheckpointSigner(tables, store, signer, origin);
        await opened.CompareAsync(cancel);
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
        await FollowAsync(cancel);
        await _tables.GrowAsync(_tree, (await _tables.ReadHeadAsync(cancel)).Size, cancel);
        await _tables.StoreAsync(_tree.TakeFinished(), cancel);
    }

    /// <summary>Takes in the leaves up to <paramref name="size"/> and publishes a checkpoint over them.</summary>
    /// <exception cref="LeadershipLostException">Another process has signed meanwhile.</exception>
    public async Task SignAsync(ulong size, CancellationToken cancel)
    {
        await _tables.GrowAsync(_tree, size, cancel);

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
            await _tables.MarkSignedAsync(cancel);
            _marked = true;
        }
    }

    private async Task CompareAsync(CancellationToken cancel)
    {
        // The file first: read after the database it could be newer than the head, and look like a rollback.
        var last = _store.Read();
        var (size, signed) = await _tables.ReadHeadAsync(cancel);
        if (last is null && signed)
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

        (_last, _marked, SignedSize) = (last ?? [], signed, checkpointed.Size.Value);
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
