namespace LiveLedger.Media.Boxes;

/// <summary>Four-character codes as big-endian numbers (ISO/IEC 14496-12 §4.2).</summary>
internal static class BoxType
{
    public const uint Ftyp = 0x66747970, Styp = 0x73747970, Sidx = 0x73696478, Emsg = 0x656d7367, Prft = 0x70726674;
    public const uint Moov = 0x6d6f6f76, Mvex = 0x6d766578, Trex = 0x74726578, Pssh = 0x70737368;
    public const uint Trak = 0x7472616b, Tkhd = 0x746b6864, Mdia = 0x6d646961, Mdhd = 0x6d646864, Hdlr = 0x68646c72;
    public const uint Elng = 0x656c6e67, Minf = 0x6d696e66, Stbl = 0x7374626c, Stsd = 0x73747364;
    public const uint Avc1 = 0x61766331, Avc3 = 0x61766333, AvcC = 0x61766343, Mp4a = 0x6d703461, Esds = 0x65736473;
    public const uint Encv = 0x656e6376, Enca = 0x656e6361, Sinf = 0x73696e66, Frma = 0x66726d61, Schm = 0x7363686d;
    public const uint Schi = 0x73636869, Tenc = 0x74656e63;
    public const uint Moof = 0x6d6f6f66, Mfhd = 0x6d666864, Traf = 0x74726166, Tfhd = 0x74666864, Tfdt = 0x74666474;
    public const uint Trun = 0x7472756e, Senc = 0x73656e63, Saiz = 0x7361697a, Saio = 0x7361696f, Sgpd = 0x73677064;
    public const uint Sbgp = 0x73626770, Uuid = 0x75756964, Mdat = 0x6d646174;

    /// <summary>Sample group of encryption parameters (ISO/IEC 23001-7 §6).</summary>
    public const uint Seig = 0x73656967;

    /// <summary>Handler types.</summary>
    public const uint Vide = 0x76696465, Soun = 0x736f756e;

    /// <summary>Brands: DASH media segment, CMAF segment, last segment.</summary>
    public const uint Msdh = 0x6d736468, Cmfs = 0x636d6673, Lmsg = 0x6c6d7367;

    /// <summary>For people: the four characters, or hexadecimal if they are not printable.</summary>
    public static string Name(uint type)
    {
        Span<char> name = [(char)(type >> 24), (char)((type >> 16) & 0xff), (char)((type >> 8) & 0xff), (char)(type & 0xff)];
        foreach (var c in name)
        {
            if (c is < ' ' or > '~')
            {
                return $"0x{type:x8}";
            }
        }

        return new string(name);
    }
}
