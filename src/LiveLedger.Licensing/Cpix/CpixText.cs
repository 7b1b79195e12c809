using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace LiveLedger.Licensing.Cpix;

/// <summary>Takes XML from outside within limits: no DTD and so no entity, nothing fetched, and bounds on bytes, depth and number.</summary>
internal static class CpixText
{
    /// <summary>Longest document in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxDepth = 16;
    private const int MaxElements = 4_096;
    private const int MaxAttributes = 16;

    /// <summary>The root, if the bytes are well-formed and within the limits, and it is a CPIX element.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out XElement? root)
    {
        root = null;
        if (bytes.Length > MaxBytes)
        {
            return false;
        }

        try
        {
            var copy = bytes.ToArray();
            if (!IsWithinLimits(copy))
            {
                return false;
            }

            using var reader = Open(copy);
            root = XElement.Load(reader);
            return root.Name == CpixNames.Cpix + "CPIX";
        }
        catch (Exception e) when (e is XmlException or ArgumentException or InvalidOperationException or System.Text.DecoderFallbackException)
        {
            // An unknown encoding is an argument; a reader in its error state an invalid operation.
            root = null;
            return false;
        }
    }

    // Before a tree is built, so that a document of nothing but elements costs us its own length and no more.
    private static bool IsWithinLimits(byte[] bytes)
    {
        using var reader = Open(bytes);
        var elements = 0;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element
                && (++elements > MaxElements || reader.Depth >= MaxDepth || reader.AttributeCount > MaxAttributes))
            {
                return false;
            }
        }

        return true;
    }

    private static XmlReader Open(byte[] bytes) => XmlReader.Create(new MemoryStream(bytes, writable: false), new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxBytes,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    });
}
