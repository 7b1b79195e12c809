namespace LiveLedger.Media.Avc;

/// <summary>The parameter sets in force: those of the init segment, then those sent in band, the newest of an id winning.</summary>
internal sealed class ParameterSets
{
    private readonly SequenceParameterSet[] _sequence = new SequenceParameterSet[SequenceParameterSet.MaxCount];
    private readonly PictureParameterSet[] _picture = new PictureParameterSet[PictureParameterSet.MaxCount];

    /// <summary>Takes a NAL unit of type 7 or 8; false if H.264 does not allow it.</summary>
    public bool TryAdd(ReadOnlySpan<byte> nal)
    {
        if (nal.IsEmpty)
        {
            return false;
        }

        if (NalUnit.TypeOf(nal[0]) == NalUnit.SequenceParameterSet)
        {
            if (!SequenceParameterSet.TryParse(nal, out var sequence))
            {
                return false;
            }

            _sequence[sequence.Id] = sequence;
            return true;
        }

        if (!PictureParameterSet.TryParse(nal, out var picture))
        {
            return false;
        }

        _picture[picture.Id] = picture;
        return true;
    }

    /// <summary>The picture parameter set of an id; check <see cref="PictureParameterSet.IsPresent"/>.</summary>
    public ref readonly PictureParameterSet Picture(uint id) => ref _picture[id];

    /// <summary>The sequence parameter set of a picture parameter set; check <see cref="SequenceParameterSet.IsPresent"/>.</summary>
    public ref readonly SequenceParameterSet Sequence(in PictureParameterSet picture) => ref _sequence[picture.SequenceId];
}
