namespace LiveLedger.Media.Tests.Avc;

/// <summary>
/// Invents parameter sets and slices of any shape the syntax tables allow (ITU-T H.264 §7.3), field by field, so that a
/// reader's measure of a slice header can be compared with what was written.
/// </summary>
internal sealed class RandomStream
{
    private readonly Random _random;
    private readonly bool _cabac, _bottomFieldOrder, _weighted, _deblocking, _redundant, _frameMbsOnly, _separatePlanes, _deltaZero;
    private readonly uint _chroma, _orderType, _groups, _mapType, _changeRate, _mapUnits, _l0, _l1, _bipred, _references;
    private readonly int _frameNumBits, _lsbBits;
    private readonly uint _sequenceId, _pictureId;

    public RandomStream(int seed, bool isPlain = false)
    {
        _random = new(seed);
        var high = !isPlain && Coin();
        _chroma = high ? Below(4) : 1;
        _separatePlanes = _chroma == 3 && Coin();
        _frameNumBits = (int)Below(13) + 4;
        _orderType = Below(3);
        _lsbBits = (int)Below(13) + 4;
        _deltaZero = Coin();
        _frameMbsOnly = isPlain || Coin();
        uint width = Below(60) + 1, height = Below(40) + 1;
        _mapUnits = width * height;
        _sequenceId = Below(32);
        _pictureId = Below(256);
        _cabac = Coin();
        _bottomFieldOrder = Coin();
        _groups = !isPlain && Below(4) == 0 ? Below(7) + 2 : 1;
        _mapType = Below(7);
        _changeRate = Below(_mapUnits) + 1;
        (_l0, _l1) = (Below(32), Below(32));
        _weighted = Coin();
        _bipred = Below(3);
        _references = Below(16) + 1;
        _deblocking = Coin();
        _redundant = Coin();
        Sequence = WriteSequence(high, width, height);
        Picture = WritePicture();
    }

    public byte[] Sequence { get; }

    public byte[] Picture { get; }

    /// <summary>A slice NAL unit with random data behind its header; <paramref name="headerLength"/> as it stands in the bytes.</summary>
    public byte[] NextSlice(bool isIdr, out int headerLength, int mostData = 400)
    {
        var w = new BitWriter();
        var reference = isIdr ? Below(3) + 1 : Below(4);
        w.U(1, 0).U(2, reference).U(5, isIdr ? 5u : 1);
        // P, B, I, SP, SI; an IDR picture has I or SI alone.
        var type = isIdr ? (Coin() ? 2u : 4) : Below(5);
        w.Ue(Below(_mapUnits)).Ue(type + (Coin() ? 5u : 0)).Ue(_pictureId);
        WritePictureFields(w, isIdr);
        WriteReferences(w, type);
        if (reference != 0)
        {
            WriteMarking(w, isIdr);
        }

        if (_cabac && type is not (2 or 4))
        {
            w.Ue(Below(3));
        }

        w.Se(Signed(26));
        if (type is 3 or 4)
        {
            if (type == 3)
            {
                w.Flag(Coin());
            }

            w.Se(Signed(26));
        }

        if (_deblocking)
        {
            var idc = Below(3);
            w.Ue(idc);
            if (idc != 1)
            {
                w.Se(Signed(6)).Se(Signed(6));
            }
        }

        if (_groups > 1 && (_mapType is 3 or 4 or 5))
        {
            // Ceil(Log2(PicSizeInMapUnits ÷ SliceGroupChangeRate + 1)), here in floating point.
            w.U((int)Math.Ceiling(Math.Log2((double)_mapUnits / _changeRate + 1)), 0);
        }

        var mark = w.ByteCount;
        if (_cabac)
        {
            w.Align(true);
        }

        for (var i = Below((uint)mostData); i > 0; i--)
        {
            // Zeros often, so that emulation prevention happens.
            w.U(8, Coin() ? 0 : Below(256));
        }

        w.U(1, 1);
        return w.ToNal(mark, out headerLength);
    }

    private void WritePictureFields(BitWriter w, bool isIdr)
    {
        if (_separatePlanes)
        {
            w.U(2, Below(3));
        }

        w.U(_frameNumBits, isIdr ? 0 : Below(1u << _frameNumBits));
        var isField = !_frameMbsOnly && Coin();
        if (!_frameMbsOnly)
        {
            w.Flag(isField);
            if (isField)
            {
                w.Flag(Coin());
            }
        }

        if (isIdr)
        {
            w.Ue(Below(65536));
        }

        if (_orderType == 0)
        {
            w.U(_lsbBits, Coin() ? 0 : Below(1u << _lsbBits));
            if (_bottomFieldOrder && !isField)
            {
                w.Se(Signed(70000));
            }
        }

        if (_orderType == 1 && !_deltaZero)
        {
            w.Se(Signed(70000));
            if (_bottomFieldOrder && !isField)
            {
                w.Se(Signed(70000));
            }
        }

        if (_redundant)
        {
            w.Ue(Below(128));
        }
    }

    private void WriteReferences(BitWriter w, uint type)
    {
        if (type is 2 or 4)
        {
            return;
        }

        if (type == 1)
        {
            w.Flag(Coin());
        }

        var (l0, l1) = (_l0, _l1);
        var overrides = Coin();
        w.Flag(overrides);
        if (overrides)
        {
            w.Ue(l0 = Below(32));
            if (type == 1)
            {
                w.Ue(l1 = Below(32));
            }
        }

        for (var list = 0; list < (type == 1 ? 2 : 1); list++)
        {
            var modifies = Coin();
            w.Flag(modifies);
            for (var i = Below(33); modifies && i > 0; i--)
            {
                var idc = Below(3);
                w.Ue(idc).Ue(idc == 2 ? Below(_references) : Below(1u << _frameNumBits));
            }

            if (modifies)
            {
                w.Ue(3);
            }
        }

        if (_weighted && (type is 0 or 3))
        {
            WriteWeights(w, l0, null);
        }

        if (_bipred == 1 && type == 1)
        {
            WriteWeights(w, l0, l1);
        }
    }

    private void WriteWeights(BitWriter w, uint l0, uint? l1)
    {
        var hasChroma = _chroma != 0 && !_separatePlanes;
        w.Ue(Below(8));
        if (hasChroma)
        {
            w.Ue(Below(8));
        }

        foreach (var last in l1 is { } other ? new[] { l0, other } : [l0])
        {
            for (uint i = 0; i <= last; i++)
            {
                var luma = Coin();
                w.Flag(luma);
                if (luma)
                {
                    w.Se(Signed(127)).Se(Signed(127));
                }

                if (hasChroma)
                {
                    var chroma = Coin();
                    w.Flag(chroma);
                    for (var j = 0; chroma && j < 4; j++)
                    {
                        w.Se(Signed(127));
                    }
                }
            }
        }
    }

    private void WriteMarking(BitWriter w, bool isIdr)
    {
        if (isIdr)
        {
            w.Flag(Coin()).Flag(Coin());
            return;
        }

        var adapts = Coin();
        w.Flag(adapts);
        for (var i = Below(20); adapts && i > 0; i--)
        {
            var operation = Below(6) + 1;
            w.Ue(operation);
            if (operation is 1 or 3)
            {
                w.Ue(Below(70000));
            }

            if (operation is 2 or 3 or 6)
            {
                w.Ue(Below(_references));
            }

            if (operation == 4)
            {
                w.Ue(Below(_references + 1));
            }
        }

        if (adapts)
        {
            w.Ue(0);
        }
    }

    private byte[] WriteSequence(bool high, uint width, uint height)
    {
        var w = new BitWriter().U(8, 0x67).U(8, high ? 244u : 77).U(8, 0).U(8, 40).Ue(_sequenceId);
        if (high)
        {
            w.Ue(_chroma);
            if (_chroma == 3)
            {
                w.Flag(_separatePlanes);
            }

            w.Ue(Below(7)).Ue(Below(7)).Flag(Coin());
            WriteScaling(w);
        }

        w.Ue((uint)_frameNumBits - 4).Ue(_orderType);
        if (_orderType == 0)
        {
            w.Ue((uint)_lsbBits - 4);
        }
        else if (_orderType == 1)
        {
            w.Flag(_deltaZero).Se(Signed(1000)).Se(Signed(1000));
            var cycle = Below(256);
            w.Ue(cycle);
            for (uint i = 0; i < cycle; i++)
            {
                w.Se(Signed(1000));
            }
        }

        w.Ue(_references).Flag(Coin()).Ue(width - 1).Ue(height - 1).Flag(_frameMbsOnly);
        if (!_frameMbsOnly)
        {
            w.Flag(Coin());
        }

        w.Flag(Coin()).Flag(false).Flag(false);
        return w.U(1, 1).ToNal();
    }

    private void WriteScaling(BitWriter w)
    {
        var hasLists = Coin();
        w.Flag(hasLists);
        for (var list = 0; hasLists && list < (_chroma == 3 ? 12 : 8); list++)
        {
            var isPresent = Coin();
            w.Flag(isPresent);
            if (!isPresent)
            {
                continue;
            }

            int last = 8, next = 8;
            for (var j = 0; j < (list < 6 ? 16 : 64); j++)
            {
                if (next != 0)
                {
                    var delta = Signed(128) is var d && Below(8) == 0 ? -last : d;
                    delta = Math.Clamp(delta, -128, 127);
                    w.Se(delta);
                    next = (last + delta + 256) % 256;
                }

                last = next == 0 ? last : next;
            }
        }
    }

    private byte[] WritePicture()
    {
        var w = new BitWriter().U(8, 0x68).Ue(_pictureId).Ue(_sequenceId).Flag(_cabac).Flag(_bottomFieldOrder).Ue(_groups - 1);
        if (_groups > 1)
        {
            w.Ue(_mapType);
            switch (_mapType)
            {
                case 0:
                    Repeat(_groups, () => w.Ue(Below(_mapUnits)));
                    break;
                case 2:
                    Repeat(_groups - 1, () =>
                    {
                        var topLeft = Below(_mapUnits);
                        w.Ue(topLeft).Ue(topLeft + Below(_mapUnits - topLeft));
                    });
                    break;
                case 3 or 4 or 5:
                    w.Flag(Coin()).Ue(_changeRate - 1);
                    break;
                case 6:
                    w.Ue(_mapUnits - 1);
                    Repeat(_mapUnits, () => w.U((int)Math.Ceiling(Math.Log2(_groups)), Below(_groups)));
                    break;
            }
        }

        w.Ue(_l0).Ue(_l1).Flag(_weighted).U(2, _bipred).Se(Signed(25)).Se(Signed(25)).Se(Signed(12));
        w.Flag(_deblocking).Flag(Coin()).Flag(_redundant);
        return w.U(1, 1).ToNal();
    }

    private static void Repeat(uint count, Action action)
    {
        for (uint i = 0; i < count; i++)
        {
            action();
        }
    }

    private bool Coin() => _random.Next(2) == 0;

    private uint Below(uint bound) => (uint)_random.NextInt64(bound);

    private int Signed(int bound) => _random.Next(-bound, bound + 1);
}
