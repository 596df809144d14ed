using System.Globalization;
using System.Text;
using CriSharp.MonitorProtocol;

namespace CriSharp.Ctl.Logs;

/// <summary>Prints lines of a CRI log to the streams they came from; the pieces of a long line are put together again.</summary>
internal sealed class LogPrinter(Stream standardOutput, Stream standardError, bool timestamps)
{
    private static readonly byte[] NewLine = [(byte)'\n'];

    // Whether the stream's next piece continues a line, so that it gets no timestamp of its own.
    private bool _outputContinues;
    private bool _errorContinues;

    /// <param name="line">With or without its newline. What is no CRI log line is shown as it is.</param>
    public void Print(ReadOnlySpan<byte> line)
    {
        if (!LogLine.TryParse(line, out var parsed))
        {
            standardOutput.Write(line);
            return;
        }

        var isError = parsed.Stream == LogStream.Stderr;
        var stream = isError ? standardError : standardOutput;
        ref var continues = ref isError ? ref _errorContinues : ref _outputContinues;
        if (timestamps && !continues)
        {
            stream.Write(Encoding.ASCII.GetBytes(parsed.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff'Z '", CultureInfo.InvariantCulture)));
        }

        stream.Write(parsed.Text);
        if (!parsed.Partial)
        {
            stream.Write(NewLine);
        }

        continues = parsed.Partial;
    }

    public void Flush()
    {
        standardOutput.Flush();
        standardError.Flush();
    }
}
