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

    /// <summary>The sets a slice names; false if one has not been sent.</summary>
    public bool TryFind(uint pictureId, out SequenceParameterSet sequence, out PictureParameterSet picture)
    {
        sequence = default;
        picture = default;
        if (pictureId >= PictureParameterSet.MaxCount || !_picture[pictureId].IsPresent)
        {
            return false;
        }

        picture = _picture[pictureId];
        sequence = _sequence[picture.SequenceId];
        return sequence.IsPresent;
    }
}
