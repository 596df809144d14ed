using System.Text;

namespace CriSharp.Ctl.CommandLine;

/// <summary>What a verb touches of the outside besides the runtime, so that tests can stand in for it.</summary>
internal sealed class Surroundings : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public Surroundings(Stream standardOutput, Stream standardError)
    {
        StandardOutput = standardOutput;
        StandardError = standardError;
        Out = new StreamWriter(standardOutput, Utf8, leaveOpen: true) { AutoFlush = true };
        Error = new StreamWriter(standardError, Utf8, leaveOpen: true) { AutoFlush = true };
    }

    /// <summary>Raw bytes, for what containers say.</summary>
    public Stream StandardOutput { get; }

    /// <summary>Raw bytes, for what containers say.</summary>
    public Stream StandardError { get; }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Somebody watches: progress is drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    public Func<string, string?> EnvironmentVariable { get; init; } = _ => null;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the logs of pods made by run go, one folder each.</summary>
    public string PodLogsFolder { get; init; } = "/var/log/pods";

    public static Surroundings OfThisProcess() => new(Console.OpenStandardOutput(), Console.OpenStandardError())
    {
        ErrorIsTerminal = !Console.IsErrorRedirected,
        EnvironmentVariable = Environment.GetEnvironmentVariable,
    };

    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
        StandardOutput.Dispose();
        StandardError.Dispose();
    }
}
