using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LiveLedger.Cli.Audit;

/// <summary>
/// Finds out whether an event id stands in a log twice, with eight bytes an entry: a print of each id is kept, and only prints that are there
/// twice are worth a second look at the log. Two ids of one print are no fault; that is for the second look to see.
/// </summary>
internal sealed class EventIds
{
    private readonly List<ulong> _prints = [];

    /// <summary>Keeps an id's print.</summary>
    internal void Add(Guid id) => _prints.Add(PrintOf(id));

    /// <summary>The prints that were added more than once. Nothing can be added afterwards.</summary>
    internal HashSet<ulong> Repeated()
    {
        var prints = CollectionsMarshal.AsSpan(_prints);
        prints.Sort();
        var repeated = new HashSet<ulong>();
        for (var i = 1; i < prints.Length; i++)
        {
            if (prints[i] == prints[i - 1])
            {
                repeated.Add(prints[i]);
            }
        }

        return repeated;
    }

    /// <summary>The print: both halves, of which at least one is random in every id that is made.</summary>
    internal static ulong PrintOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), 29);
    }
}
