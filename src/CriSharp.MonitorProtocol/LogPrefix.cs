namespace CriSharp.MonitorProtocol;

/// <summary>
/// Writes what stands before the text of a CRI log line, always <see cref="LengthBytes"/> long:
/// <c>2026-11-21T06:35:25.123456789Z stdout F </c>. Formats date and time anew only when the second changes; allocates nothing.
/// https://kubernetes.io/docs/concepts/cluster-administration/logging/ ; kubelet: pkg/kubelet/kuberuntime/logs (RFC3339Nano)
/// </summary>
public sealed class LogPrefix
{
    public const int LengthBytes = 40;

    private const int NanosecondsAt = 20;
    private const int NanosecondDigits = 9;
    private const int StreamAt = 31;
    private const int TagAt = 38;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly byte[] _line = "0000-00-00T00:00:00.000000000Z stdout F "u8.ToArray();
    private long _second = -1;

    /// <param name="now">Nanoseconds since 1970 UTC, not before.</param>
    public void SetTime(long now)
    {
        var second = now / NanosecondsPerSecond;
        if (second != _second)
        {
            _second = second;
            WriteSecond(second);
        }

        Digits(_line.AsSpan(NanosecondsAt, NanosecondDigits), now % NanosecondsPerSecond);
    }

    /// <summary>With the time last set.</summary>
    public void CopyTo(Span<byte> destination, LogStream stream, bool partial)
    {
        _line.AsSpan().CopyTo(destination);
        if (stream == LogStream.Stderr)
        {
            "stderr"u8.CopyTo(destination[StreamAt..]);
        }

        if (partial)
        {
            destination[TagAt] = (byte)'P';
        }
    }

    private void WriteSecond(long second)
    {
        var time = DateTime.UnixEpoch.AddSeconds(second);
        var line = _line.AsSpan();
        Digits(line[..4], time.Year);
        Digits(line.Slice(5, 2), time.Month);
        Digits(line.Slice(8, 2), time.Day);
        Digits(line.Slice(11, 2), time.Hour);
        Digits(line.Slice(14, 2), time.Minute);
        Digits(line.Slice(17, 2), time.Second);
    }

    private static void Digits(Span<byte> place, long value)
    {
        for (var i = place.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, 10);
            place[i] = (byte)('0' + digit);
        }
    }
}
