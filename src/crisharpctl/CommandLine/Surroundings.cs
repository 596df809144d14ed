using System.Text;
using CriSharp.Ctl.Output;
using CriSharp.Linux;
using CriSharp.Linux.Terminals;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Ctl.CommandLine;

/// <summary>What a verb touches of the outside besides the runtime, so that tests can stand in for it.</summary>
internal sealed class Surroundings : IDisposable
{
    private const int StandardInputNumber = 0;
    private const int StandardOutputNumber = 1;
    private const int StandardErrorNumber = 2;

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

    /// <summary>Raw bytes; the caller disposes of it.</summary>
    public Func<Stream> OpenStandardInput { get; init; } = () => Stream.Null;

    /// <summary>Makes the terminal behind standard input hand on keys as they are, until what is returned is disposed of; null: it is none.</summary>
    public Func<IDisposable?> EnterRawMode { get; init; } = () => null;

    /// <summary>Of the terminal behind standard input, as it is now; null: it is none.</summary>
    public Func<TerminalSize?> InputTerminalSize { get; init; } = () => null;

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Somebody watches: progress is drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Somebody watches what is printed: states have colours, and top draws its table anew.</summary>
    public bool OutputIsTerminal { get; init; }

    public Paint Paint => Paint.For(OutputIsTerminal, EnvironmentVariable);

    /// <summary>Columns and rows of the terminal behind standard output; it may change.</summary>
    public Func<(int Columns, int Rows)> OutputTerminalSize { get; init; } = () => (80, 24);

    /// <summary>Columns and rows of the terminal behind standard error; it may change.</summary>
    public Func<(int Columns, int Rows)> ErrorTerminalSize { get; init; } = () => (80, 24);

    /// <summary>How long a runtime may take to tell names to somebody who is typing.</summary>
    public TimeSpan CompletionLimit { get; init; } = TimeSpan.FromSeconds(1);

    public Func<string, string?> EnvironmentVariable { get; init; } = _ => null;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the logs of pods made by run go, one folder each.</summary>
    public string PodLogsFolder { get; init; } = "/var/log/pods";

    public static Surroundings OfThisProcess() => new(OpenOutput(StandardOutputNumber), OpenOutput(StandardErrorNumber))
    {
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        OpenStandardInput = OpenInput,
        EnterRawMode = EnterRaw,
        InputTerminalSize = () => SizeOf(StandardInputNumber),
        ErrorTerminalSize = () => SizeOfTerminal(StandardErrorNumber),
        OutputTerminalSize = () => SizeOfTerminal(StandardOutputNumber),
        EnvironmentVariable = Environment.GetEnvironmentVariable,
    };

    private static (int Columns, int Rows) SizeOfTerminal(int descriptor) =>
        SizeOf(descriptor) is { Columns: > 0, Rows: > 0 } size ? (size.Columns, size.Rows) : (80, 24);

    private static StandardStream OpenOutput(int descriptor) => new(new SafeFileHandle(descriptor, ownsHandle: false));

    // The console's own stream edits lines.
    private static FileStream OpenInput() => new(new SafeFileHandle(StandardInputNumber, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    private static RawTerminal? EnterRaw() =>
        SizeOf(StandardInputNumber) is null ? null : RawTerminal.Enter(new SafeFileHandle(StandardInputNumber, ownsHandle: false));

    private static TerminalSize? SizeOf(int descriptor)
    {
        try
        {
            using var terminal = new SafeFileHandle(descriptor, ownsHandle: false);
            return TerminalSize.Of(terminal);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>One line on standard error. That nobody reads it must cost neither the exit code nor what is left to do.</summary>
    public void Complain(string line)
    {
        try
        {
            Error.WriteLine(line);
        }
        catch (IOException)
        {
        }
    }

    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
        StandardOutput.Dispose();
        StandardError.Dispose();
    }
}
