using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>One call of one plugin, as errors name it.</summary>
/// <param name="Type">The plugin's.</param>
/// <param name="Attachment">Null for verbs that concern the whole network.</param>
internal sealed record PluginCall(PluginVerb Verb, string Network, string Type, Attachment? Attachment)
{
    /// <summary>CNI_COMMAND.</summary>
    public string VerbName => Verb switch
    {
        PluginVerb.Add => "ADD",
        PluginVerb.Check => "CHECK",
        PluginVerb.Del => "DEL",
        PluginVerb.Gc => "GC",
        PluginVerb.Status => "STATUS",
        _ => throw new InvalidOperationException($"{Verb} has no name"),
    };

    private string Plugin => $"CNI plugin {Type} of network {Network}";

    private string Occasion => Attachment is null ? $"at {VerbName}" : $"at {VerbName} for {Subject}";

    // At ADD nobody knows the sandbox's id yet, and a kubelet that tries again and again shows equal words as one event.
    private string Subject => Verb == PluginVerb.Add ? Attachment!.Pod : $"sandbox {Attachment!.ContainerId}";

    public RuntimeException Failure(ErrorKind kind, string why, Exception? inner = null) => new(kind, $"{Plugin} failed {Occasion}: {WithoutNewId(why)}", inner);

    /// <param name="limit">What it had.</param>
    /// <param name="total">What all plugins of the verb had, where that was less; else null.</param>
    /// <param name="lastWords">How it ended.</param>
    public RuntimeException TookTooLong(TimeSpan limit, TimeSpan? total, string lastWords, Exception inner)
    {
        // Told only where others had used up some of it.
        var share = total is { } all && Seconds(all) != Seconds(limit) ? $", what was left of the {Seconds(all)} of all plugins," : string.Empty;
        return new(ErrorKind.DeadlineExceeded, $"{Plugin} took longer than {Seconds(limit)}{share} {Occasion} and was killed with all it had started: {WithoutNewId(lastWords)}", inner);
    }

    public RuntimeException NoTimeLeft(TimeSpan total) =>
        new(ErrorKind.DeadlineExceeded, $"{Plugin} was not run {Occasion}: the {Seconds(total)} that all plugins have together were used up by others");

    private string WithoutNewId(string words) => Verb == PluginVerb.Add ? words.Replace(Attachment!.ContainerId, "ID", StringComparison.Ordinal) : words;

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.##} s";
}
