// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {BroadcastOwnership} from "../../src/BroadcastOwnership.sol";
import {CheckpointAnchor} from "../../src/CheckpointAnchor.sol";
import {Tickets} from "../../src/Tickets.sol";
import {Gap, Inclusion, Payee, Terms, Voucher} from "../../src/tickets/TicketTypes.sol";
import {Entries} from "./Entries.sol";
import {Test} from "./Test.sol";
import {TestLog} from "./TestLog.sol";

/// @title A broadcast of ten thousand seconds, its log, and people around it
abstract contract SaleStory is Test {
    uint256 internal constant BROADCASTER_KEY = 0xb10adca57e2;
    bytes16 internal constant BROADCAST = 0x0199a0b1c2d3e4f5061728394a5b6c7d;
    // A constant would call the SHA-256 precompile wherever it is used, and forge would take that for the call it waits for.
    bytes32 internal immutable ORIGIN = sha256("liveledger.example/main");
    uint64 internal constant NOW = 1_800_000_000;
    uint64 internal constant STARTS = NOW + 1 days;
    uint64 internal constant START_DEADLINE = STARTS + 1_800;
    uint64 internal constant ENDS = STARTS + 10_000;
    uint64 internal constant CLAIM_DEADLINE = ENDS + 7 days;
    uint128 internal constant PRICE = 1 ether;

    address internal registrar = account("registrar");
    address internal submitter = account("submitter");
    address internal broadcaster = vm.addr(BROADCASTER_KEY);
    address internal alice = account("alice");
    address internal bob = account("bob");
    address internal relayer = account("relayer");
    address internal first = account("first payee");
    address internal second = account("second payee");

    CheckpointAnchor internal anchor;
    BroadcastOwnership internal ownership;
    Tickets internal tickets;
    TestLog internal log;
    mapping(uint64 index => bytes) internal entries;

    function setUp() public virtual {
        vm.warp(NOW);
        anchor = new CheckpointAnchor();
        ownership = new BroadcastOwnership(registrar);
        tickets = new Tickets(ownership, anchor);
        log = new TestLog();
        vm.prank(registrar);
        ownership.register(BROADCAST, keccak256("identity"), broadcaster, address(0), 0);
        vm.deal(alice, 100 ether);
        vm.deal(bob, 100 ether);
        vm.deal(relayer, 100 ether);
    }

    function terms() internal view returns (Terms memory) {
        return Terms({
            broadcast: BROADCAST,
            origin: ORIGIN,
            submitter: submitter,
            currency: address(0),
            price: PRICE,
            supply: 10,
            saleOpens: NOW,
            saleCloses: ENDS,
            starts: STARTS,
            startDeadline: START_DEADLINE,
            ends: ENDS,
            claimDeadline: CLAIM_DEADLINE,
            transfers: 2,
            transferFee: 0,
            voucherOnly: false
        });
    }

    function payees() internal view returns (Payee[] memory list) {
        list = new Payee[](2);
        list[0] = Payee(first, 7_000);
        list[1] = Payee(second, 3_000);
    }

    function sell(Terms memory chosen) internal returns (uint256 sale) {
        return sell(chosen, payees());
    }

    function sell(Terms memory chosen, Payee[] memory list) internal returns (uint256 sale) {
        vm.prank(broadcaster);
        sale = tickets.createSale(chosen, list);
    }

    function buy(uint256 sale, address who) internal returns (uint256 ticket) {
        Terms memory chosen = tickets.termsOf(sale);
        vm.prank(who);
        ticket = tickets.buy{value: chosen.currency == address(0) ? chosen.price : 0}(sale);
    }

    function voucherFor(uint256 sale, address buyer, uint256 nonce) internal pure returns (Voucher memory) {
        return Voucher(sale, buyer, address(0), PRICE, nonce, NOW + 30 days);
    }

    function signed(Voucher memory voucher) internal view returns (bytes memory) {
        return signedBy(BROADCASTER_KEY, tickets.voucherHash(voucher));
    }

    function signedBy(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v);
    }

    // The log

    function append(bytes memory entry) internal returns (uint64 index) {
        index = log.append(entry);
        entries[index] = entry;
    }

    function append(bytes memory stream, bytes memory kind, uint64 seconds_) internal returns (uint64) {
        return append(Entries.write(Entries.plain(stream, kind, seconds_ * 1e6)));
    }

    /// @dev Anchors what there is.
    function anchorLog() internal {
        (uint64 size, bytes32 root) = (log.size(), log.root(log.size()));
        vm.prank(submitter);
        anchor.submit(ORIGIN, size, root);
    }

    /// @dev An entry of ours by the whole log.
    function shown(uint64 index) internal view returns (Inclusion memory) {
        return Inclusion(log.size(), index, entries[index], log.path(index, log.size()));
    }

    function startedStream() internal pure returns (bytes memory) {
        return bytes.concat("broadcast/", Entries.hexOf(abi.encodePacked(BROADCAST)));
    }

    function outageStream() internal pure returns (bytes memory) {
        return bytes.concat("outage/", Entries.hexOf(abi.encodePacked(BROADCAST)));
    }

    function sessionStream(uint256 ticket) internal view returns (bytes memory) {
        return bytes.concat(
            "ticket/",
            Entries.decimalOf(block.chainid),
            "-",
            Entries.hexOf(abi.encodePacked(address(tickets))),
            "-",
            Entries.decimalOf(ticket)
        );
    }

    function start(uint256 sale) internal {
        vm.warp(STARTS);
        uint64 index = append(startedStream(), "broadcast-started", STARTS);
        anchorLog();
        tickets.proveStart(sale, shown(index));
    }

    function appendSession(uint256 ticket, uint64 seconds_) internal returns (uint64) {
        return append(sessionStream(ticket), "ticket-session-opened", seconds_);
    }

    function gapPayload(uint64 fromMs, uint64 untilMs) internal pure returns (bytes memory) {
        return bytes.concat(
            '{"broadcast":"',
            Entries.hexOf(abi.encodePacked(BROADCAST)),
            '","from":"',
            Entries.hexOf(abi.encodePacked(fromMs)),
            '","until":"',
            Entries.hexOf(abi.encodePacked(untilMs)),
            '"}'
        );
    }

    function appendGap(bytes memory payload) internal returns (uint64) {
        Entries.Fields memory fields = Entries.plain(outageStream(), "outage-logged", ENDS * 1e6);
        fields.digest = sha256(abi.encodePacked(saltOf(payload), payload));
        return append(Entries.write(fields));
    }

    function saltOf(bytes memory payload) internal pure returns (bytes16) {
        return bytes16(keccak256(payload));
    }

    function gapOf(uint64 index, bytes memory payload) internal view returns (Gap memory) {
        return Gap(shown(index), saltOf(payload), payload);
    }

    function one(Gap memory gap) internal pure returns (Gap[] memory list) {
        list = new Gap[](1);
        list[0] = gap;
    }
}
