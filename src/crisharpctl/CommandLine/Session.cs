using System.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using Google.Protobuf;

namespace CriSharp.Ctl.CommandLine;

/// <summary>One run of a verb: the runtime it talks to, where it prints, what was typed.</summary>
internal sealed class Session(CriConnection cri, Surroundings surroundings, ParseResult arguments, bool json) : IDisposable
{
    public CriConnection Cri { get; } = cri;

    public Surroundings Surroundings { get; } = surroundings;

    public ParseResult Arguments { get; } = arguments;

    public TextWriter Out => Surroundings.Out;

    public Paint Paint => Surroundings.Paint;

    /// <summary>The user wants JSON instead of words.</summary>
    public bool Json { get; } = json;

    public IdLookup Ids => new(Cri);

    public Ages Ages => new(Surroundings.Time);

    public T Get<T>(Option<T> option) => Arguments.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => Arguments.GetValue(argument)!;

    /// <summary>The answer as JSON, or what the verb makes of it for people.</summary>
    public async Task PrintAsync(IMessage answer, Func<TextWriter, Task> forPeople)
    {
        if (Json)
        {
            await Out.WriteLineAsync(JsonText.Of(answer));
            return;
        }

        await forPeople(Out);
    }

    public void Dispose() => Cri.Dispose();
}
