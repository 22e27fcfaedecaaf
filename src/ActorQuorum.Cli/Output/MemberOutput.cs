using ActorQuorum.Server.Etcd.Wire;
using Spectre.Console;

namespace ActorQuorum.Cli.Output;

/// <summary>How members are printed.</summary>
internal static class MemberOutput
{
    public static void Print(IEnumerable<Member> members, OutputFormat format)
    {
        Member[] sorted = [.. members.OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.ID)];
        if (format == OutputFormat.Json) PrintJson(sorted);
        else if (format == OutputFormat.Table) PrintTable(sorted);
        else foreach (var member in sorted) Console.WriteLine(Line(member));
    }

    /// <summary>The line of <c>etcdctl member list</c>. A member that was added without a name gets it from its first start.</summary>
    private static string Line(Member member) =>
        $"{Show.Id(member.ID)}, {(member.Name.Length > 0 ? "started" : "unstarted")}, {member.Name}, {Urls(member.PeerURLs)}, {Urls(member.ClientURLs)}, "
        + (member.IsLearner ? "true" : "false");

    private static void PrintTable(Member[] members)
    {
        var table = Tables.Create("id", "name", "peers", "clients", "voter");
        foreach (var member in members)
        {
            table.AddRow(
                Show.Id(member.ID), Markup.Escape(member.Name), Markup.Escape(Urls(member.PeerURLs)), Markup.Escape(Urls(member.ClientURLs)),
                member.IsLearner ? "no" : "yes");
        }

        Tables.Print(table);
    }

    private static void PrintJson(Member[] members) => JsonOutput.Print(json => json.Objects(members, member =>
    {
        json.WriteString("id", Show.Id(member.ID));
        json.WriteString("name", member.Name);
        json.Strings("peers", member.PeerURLs);
        json.Strings("clients", member.ClientURLs);
        json.WriteBoolean("voter", !member.IsLearner);
    }));

    private static string Urls(IEnumerable<string> urls) => string.Join(',', urls);
}
