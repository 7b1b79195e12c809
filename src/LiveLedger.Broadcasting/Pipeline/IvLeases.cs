using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>
/// Hands out IVs so that no (key, IV) pair is ever used twice under a content key, which all tracks of a class share
/// through all epochs and restarts of a broadcast.
/// </summary>
/// <remarks>
/// <c>cenc</c>: the 8-byte IV is lease ‖ counter, 32 bits each. A lease belongs to one run of one track's packager; a new
/// process, track or epoch takes a new one, so nothing need be known about how far an interrupted run came.
/// <c>cbcs</c>: the scheme wants one constant IV for an init segment (ISO/IEC 23001-7 §10.4), so the pair is bound to one
/// (track, epoch), whose init segment is durable before a sample is encrypted under it.
/// </remarks>
internal sealed class IvLeases
{
    private readonly string _file;
    private readonly Lock _lock = new();
    private uint _next;

    /// <param name="directory">The broadcast's own folder.</param>
    /// <param name="isNew">True if nothing was ever encrypted for this broadcast.</param>
    /// <exception cref="InvalidDataException">The lease file is damaged or lost: going on could repeat an IV.</exception>
    public IvLeases(string directory, bool isNew)
    {
        // No track's folder can have this name: a track's has no dot.
        _file = Path.Combine(directory, "iv-leases.txt");
        if (!File.Exists(_file))
        {
            _next = isNew ? 0u : throw new InvalidDataException($"{_file} is lost; no IV can be leased safely");
        }
        else if (!uint.TryParse(File.ReadAllText(_file), NumberStyles.None, CultureInfo.InvariantCulture, out _next))
        {
            throw new InvalidDataException($"{_file} is damaged; no IV can be leased safely");
        }
    }

    /// <summary>The first IV of a range of 2^32 that no one else has or will have.</summary>
    /// <exception cref="InvalidOperationException">All 2^32 leases are used.</exception>
    public ulong Take()
    {
        lock (_lock)
        {
            var lease = _next;
            if (lease == uint.MaxValue)
            {
                throw new InvalidOperationException("every IV lease of this broadcast is used");
            }

            // Durable before use. A crash after this line wastes a lease of 2^32; it never repeats one.
            DurableFile.Replace(_file, Encoding.ASCII.GetBytes((lease + 1).ToString(CultureInfo.InvariantCulture)));
            _next = lease + 1;
            return (ulong)lease << 32;
        }
    }

    /// <summary>The constant IV (16 bytes) of a track's epoch under <c>cbcs</c>. Public, and the same after every restart.</summary>
    public static byte[] ConstantIv(BroadcastId broadcast, TrackName track, uint epoch)
    {
        var label = "LiveLedger cbcs constant IV v1\0"u8;
        var name = Encoding.ASCII.GetBytes(track.Value);
        var input = new byte[label.Length + BroadcastId.Length + sizeof(uint) + name.Length];
        label.CopyTo(input);
        broadcast.CopyTo(input.AsSpan(label.Length));
        BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(label.Length + BroadcastId.Length), epoch);
        name.CopyTo(input, label.Length + BroadcastId.Length + sizeof(uint));
        return SHA256.HashData(input)[..16];
    }
}
