using System.Security.Cryptography;

namespace LiveLedger.Cryptography.Wrapping;

/// <summary>One key takes the place of another while the process runs: what is wrapped from then on is wrapped by the new one, and both open.</summary>
public sealed unsafe partial class KeyEncryptionKey
{
    internal const int FingerprintLength = 16;

    private readonly ReaderWriterLockSlim _turn = new();
    private volatile KeyEncryptionKey? _successor;

    /// <summary>Tells this key from others and says nothing of it: 32 hexadecimal characters.</summary>
    public string Fingerprint
    {
        get
        {
            var held = false;
            try
            {
                DangerousAddRef(ref held);
                var mac = HMACSHA256.HashData(new ReadOnlySpan<byte>((void*)handle, Length), "liveledger key-encryption key fingerprint v1\n"u8);
                return Convert.ToHexStringLower(mac.AsSpan(0, FingerprintLength));
            }
            finally
            {
                if (held)
                {
                    DangerousRelease();
                }
            }
        }
    }

    /// <summary>The key that is wrapped with now: this one, or the last that took its place.</summary>
    public KeyEncryptionKey Newest => _successor?.Newest ?? this;

    /// <summary>From now on <paramref name="next"/> wraps. Returns when everything that was being wrapped before is on disk.</summary>
    /// <param name="next">Belongs to this key from now on, and is disposed with it.</param>
    public void Succeed(KeyEncryptionKey next)
    {
        if (_successor is { } successor)
        {
            successor.Succeed(next);
            return;
        }

        _turn.EnterWriteLock();
        _successor = next;
        _turn.ExitWriteLock();
    }

    /// <summary>Held from wrapping a secret until it is on disk, so that no change of keys falls in between.</summary>
    public Turn Writing()
    {
        // Whoever has seen the newest key is in its turn; a change meanwhile only makes this one's file newer than it need be.
        var turn = Newest._turn;
        turn.EnterReadLock();
        return new(turn);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _successor?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>See <see cref="Writing"/>.</summary>
    public readonly struct Turn : IDisposable
    {
        private readonly ReaderWriterLockSlim _turn;

        internal Turn(ReaderWriterLockSlim turn) => _turn = turn;

        /// <inheritdoc/>
        public void Dispose() => _turn.ExitReadLock();
    }
}
