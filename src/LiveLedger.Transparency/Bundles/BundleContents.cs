using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Bundles;

/// <summary>What a bundle is about, and the head of each of its streams: whoever has a head sees whether an entry below it was left out.</summary>
public sealed class BundleContents
{
    /// <summary>Most streams of a bundle.</summary>
    public const int MaxStreams = 1 << 20;

    /// <summary>Most characters of a broadcast's or a stream's name.</summary>
    public const int MaxName = 200;

    private const string FirstLine = "liveledger-bundle@v1";
    private const string BroadcastStart = "broadcast ";
    private const string StreamStart = "stream ";

    private BundleContents(string broadcast, IReadOnlyList<BundleStream> streams) => (Broadcast, Streams) = (broadcast, streams);

    /// <summary>The broadcast's id.</summary>
    public string Broadcast { get; }

    /// <summary>The heads, by name in the order of their bytes.</summary>
    public IReadOnlyList<BundleStream> Streams { get; }

    /// <summary>The lines before those of the streams.</summary>
    /// <exception cref="ArgumentException">The id has other characters than a stream's name may have.</exception>
    public static string Head(string broadcast) => IsName(broadcast)
        ? $"{FirstLine}\n{BroadcastStart}{broadcast}\n"
        : throw new ArgumentException("letters, digits and / - . _", nameof(broadcast));

    /// <summary>The line of a stream.</summary>
    public static string Line(BundleStream stream) =>
        string.Create(CultureInfo.InvariantCulture, $"{StreamStart}{stream.Version} {stream.Index} {stream.Name}\n");

    /// <summary>Takes the file from outside; whatever is read is written again to the same bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, [NotNullWhen(true)] out BundleContents? contents)
    {
        contents = null;
        if (file.Length > BundleFiles.MaxLength(BundleFiles.Contents) || !Ascii.IsValid(file)
            || !TakeLine(ref file, out var first) || first != FirstLine
            || !TakeLine(ref file, out var about) || !about.StartsWith(BroadcastStart, StringComparison.Ordinal) || !IsName(about.AsSpan(BroadcastStart.Length)))
        {
            return false;
        }

        var streams = new List<BundleStream>();
        while (!file.IsEmpty)
        {
            // One after another by their bytes, so none stands there twice.
            if (streams.Count == MaxStreams || !TakeLine(ref file, out var line) || !TryParse(line, out var stream)
                || (streams.Count > 0 && string.CompareOrdinal(streams[^1].Name, stream.Name) >= 0))
            {
                return false;
            }

            streams.Add(stream);
        }

        // A bundle of nothing would hold under any checkpoint.
        contents = streams.Count > 0 ? new(about[BroadcastStart.Length..], streams) : null;
        return contents is not null;
    }

    private static bool TryParse(string line, out BundleStream stream)
    {
        stream = default;
        var words = line.Split(' ');
        if (words is not ["stream", var version, var index, var name] || !LedgerIndex.TryParse(version, out var last)
            || !LedgerIndex.TryParse(index, out var at) || !IsName(name))
        {
            return false;
        }

        stream = new(name, last.Value, at);
        return true;
    }

    /// <summary>True for what a broadcast or a stream in a bundle can be called: ASCII letters, digits and <c>/ - . _</c>.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '-' or '.' or '_'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= MaxName;
    }

    private static bool TakeLine(ref ReadOnlySpan<byte> rest, out string line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? "" : Encoding.ASCII.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return end >= 0;
    }
}

/// <summary>The last entry of a stream below the checkpoint.</summary>
/// <param name="Name">The stream.</param>
/// <param name="Version">The entry's version; there is one for each from 0.</param>
/// <param name="Index">The entry's place in the log.</param>
public readonly record struct BundleStream(string Name, ulong Version, LedgerIndex Index);
