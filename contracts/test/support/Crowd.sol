// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Tickets} from "../../src/Tickets.sol";
import {Gap, Inclusion, Payee, SaleState, Terms, Voucher} from "../../src/tickets/TicketTypes.sol";
import {FeeCurrency, HonestCurrency, HostileCurrency} from "./Currencies.sol";
import {SaleStory} from "./SaleStory.sol";
import {ReenteringPayee, RefusingPayee} from "./Strangers.sol";

/// @title Many people who do anything at any time, and books of our own on what comes of it
/// @dev What is refused is refused: that nothing wrong is accepted is for the laws to say. Every number is drawn from a seed.
contract Crowd is SaleStory {
    /// @dev What is done is done to the last few, so that they meet each other.
    uint256 private constant RECENT_SALES = 5;
    uint256 private constant RECENT_TICKETS = 24;
    uint64 private constant PAUSE = 500;

    HonestCurrency public honest = new HonestCurrency();
    FeeCurrency public charging = new FeeCurrency();
    HostileCurrency public hostile = new HostileCurrency();
    ReenteringPayee public greedy = new ReenteringPayee();
    RefusingPayee public stuck = new RefusingPayee();

    address[] public people;
    address[] public currencies;
    uint256 public sales;
    uint256 public lastTicket;
    uint256 public nonce;
    mapping(uint256 sale => uint256) public takenIn;
    mapping(uint256 sale => uint256) public paidOut;
    mapping(uint256 sale => uint256) public proceeds;
    mapping(uint256 sale => bool) public everRefunding;
    mapping(uint256 sale => bool) public everSettled;
    mapping(uint256 ticket => uint256) public refunds;
    mapping(uint256 ticket => bool) public gone;
    mapping(uint256 ticket => uint256) public saleOf;
    mapping(uint256 ticket => uint256) public refundPaid;
    mapping(uint256 ticket => uint256) public outagesPaid;
    mapping(uint256 ticket => uint256) public faceOf;
    mapping(bytes32 action => uint256) public done;
    /// @dev Money that moved in a state in which it must not.
    uint256 public outOfTurn;
    uint64 private _startIndex;
    mapping(uint256 ticket => uint64) private _sessions;
    uint64[] private _gaps;
    mapping(uint64 index => bytes) private _payloads;

    function setUp() public override {
        super.setUp();
        people = [alice, bob, relayer, address(greedy), address(stuck), first, second];
        currencies = [address(0), address(honest), address(charging), address(hostile)];
        charging.charge(100, 0);
        for (uint256 i = 0; i < people.length; ++i) {
            vm.deal(people[i], 1e6 ether);
            honest.give(people[i], 1e6 ether);
            charging.give(people[i], 1e6 ether);
            hostile.give(people[i], 1e6 ether);
            for (uint256 c = 1; c < 4; ++c) {
                vm.prank(people[i]);
                HonestCurrency(currencies[c]).approve(address(tickets), type(uint256).max);
            }
        }
    }

    function persons() external view returns (uint256) {
        return people.length;
    }

    function act(uint256 seed) external {
        uint256 what = _draw(seed, "what", 18);
        if (what == 0) _createSale(seed);
        else if (what <= 2) _buy(seed);
        else if (what == 3) _redeem(seed);
        else if (what == 4) _move(seed);
        else if (what == 5) _prove(seed);
        else if (what == 6) _change(seed, "missed", abi.encodeCall(tickets.startMissed, (_sale(seed))));
        else if (what == 7) _cancel(seed);
        else if (what == 8) _settle(seed);
        else if (what <= 10) _refund(seed);
        else if (what == 11) _burn(seed);
        else if (what == 12) _outage(seed);
        else if (what <= 15) _claim(seed);
        else if (what == 16) _withdraw(seed);
        else _pass(seed);
    }

    function _createSale(uint256 seed) private {
        uint64 now_ = uint64(block.timestamp);
        if (sales >= RECENT_SALES && now_ < tickets.termsOf(sales).saleOpens + PAUSE) return;
        Terms memory chosen = terms();
        chosen.currency = currencies[_draw(seed, "currency", 4)];
        chosen.price = uint128(_draw(seed, "price", 3) == 0 ? _draw(seed, "gift", 3) : _draw(seed, "amount", 1e20));
        (chosen.supply, chosen.transferFee) = (20, uint16(_draw(seed, "fee", 2) * 333));
        (chosen.saleOpens, chosen.starts, chosen.startDeadline) = (now_, now_ + 500, now_ + 1_500);
        (chosen.ends, chosen.saleCloses, chosen.claimDeadline) = (now_ + 2_500, now_ + 2_500, now_ + 3_500);
        Payee[] memory list = new Payee[](3);
        list[0] = Payee(_person(seed, "first payee"), 3_333);
        list[1] = Payee(_person(seed, "second payee"), 1);
        list[2] = Payee(_person(seed, "third payee"), 6_666);
        sales = sell(chosen, list);
        done["create"]++;
    }

    function _buy(uint256 seed) private {
        uint256 sale = _sale(seed);
        _misbehave(seed);
        uint128 price = tickets.termsOf(sale).price;
        _bought(sale, "buy", _as(_person(seed, "buyer"), _coin(sale, price), abi.encodeCall(tickets.buy, (sale))));
    }

    function _redeem(uint256 seed) private {
        uint256 sale = _sale(seed);
        // Now and then one that was used.
        uint256 used = _draw(seed, "again", 4) == 0 ? _draw(seed, "nonce", nonce + 1) : ++nonce;
        Voucher memory voucher = Voucher(
            sale,
            _person(seed, "buyer"),
            tickets.termsOf(sale).currency,
            uint128(_draw(seed, "price", 1e20)),
            used,
            type(uint64).max
        );
        bytes memory call = abi.encodeCall(tickets.redeem, (voucher, signed(voucher)));
        _bought(sale, "redeem", _as(_person(seed, "relayer"), _coin(sale, voucher.price), call));
    }

    function _move(uint256 seed) private {
        uint256 ticket = _ticket(seed);
        address holder = _holder(seed, ticket);
        uint256 fee = tickets.transferFeeOf(ticket);
        if (fee > 0 && _draw(seed, "pays", 4) > 0) {
            bytes memory paying = abi.encodeCall(tickets.payTransferFee, (ticket));
            if (_as(_person(seed, "payer"), _coin(saleOf[ticket], fee), paying).length > 0) done["fee"]++;
        }
        bytes memory moving = abi.encodeCall(tickets.transferFrom, (holder, _person(seed, "to"), ticket));
        if (_as(holder, 0, moving).length > 0) done["move"]++;
    }

    function _prove(uint256 seed) private {
        _startIndex = append(startedStream(), "broadcast-started", uint64(block.timestamp));
        anchorLog();
        _change(seed, "prove", abi.encodeCall(tickets.proveStart, (_sale(seed), shown(_startIndex))));
    }

    function _cancel(uint256 seed) private {
        // Not all of them, or nothing would ever settle.
        if (_draw(seed, "cancels", 3) > 0) return;
        if (_as(broadcaster, 0, abi.encodeCall(tickets.cancel, (_sale(seed)))).length > 0) done["cancel"]++;
        _note();
    }

    function _change(uint256 seed, bytes32 action, bytes memory call) private {
        if (_as(_person(seed, "anybody"), 0, call).length > 0) done[action]++;
        _note();
    }

    function _settle(uint256 seed) private {
        uint256 sale = _sale(seed);
        uint256 held = tickets.escrowOf(sale);
        SaleState before = tickets.stateOf(sale);
        if (_as(_person(seed, "anybody"), 0, abi.encodeCall(tickets.settle, (sale))).length == 0) return;
        if (before != SaleState.Started) outOfTurn++;
        paidOut[sale] += held;
        proceeds[sale] += held;
        done["settle"]++;
        _note();
    }

    function _refund(uint256 seed) private {
        uint256 ticket = _ticket(seed);
        address holder = _holder(seed, ticket);
        bytes memory call = abi.encodeCall(tickets.refund, (ticket, _person(seed, "to")));
        greedy.plan(address(tickets), call);
        bytes memory answer = _as(holder, 0, call);
        if (answer.length == 0) return;
        if (tickets.stateOf(saleOf[ticket]) != SaleState.Refunding) outOfTurn++;
        paidOut[saleOf[ticket]] += _amount(answer);
        refunds[ticket]++;
        refundPaid[ticket] = _amount(answer);
        gone[ticket] = true;
        done[outagesPaid[ticket] > 0 ? bytes32("refund of the rest") : bytes32("refund")]++;
    }

    function _burn(uint256 seed) private {
        uint256 ticket = _ticket(seed);
        if (_as(_holder(seed, ticket), 0, abi.encodeCall(tickets.burn, (ticket))).length == 0) return;
        gone[ticket] = true;
        done["burn"]++;
    }

    function _outage(uint256 seed) private {
        uint64 until = uint64(block.timestamp) * 1_000;
        bytes memory payload = gapPayload(until - 1 - uint64(_draw(seed, "gap", 900_000)), until);
        _gaps.push(appendGap(payload));
        _payloads[_gaps[_gaps.length - 1]] = payload;
        anchorLog();
    }

    function _claim(uint256 seed) private {
        uint256 ticket = _ticket(seed);
        if (_gaps.length == 0 || lastTicket == 0) return;
        uint64 index = _gaps[_gaps.length - 1 - _draw(seed, "which", _gaps.length < 3 ? _gaps.length : 3)];
        Gap[] memory gaps = one(gapOf(index, _payloads[index]));
        bytes memory call =
            abi.encodeCall(tickets.claimOutages, (ticket, shown(_sessions[ticket]), gaps, _person(seed, "to")));
        greedy.plan(address(tickets), call);
        bytes memory answer = _as(_holder(seed, ticket), 0, call);
        if (answer.length == 0) return;
        if (tickets.stateOf(saleOf[ticket]) != SaleState.Started) outOfTurn++;
        paidOut[saleOf[ticket]] += _amount(answer);
        outagesPaid[ticket] += _amount(answer);
        done["claim"]++;
    }

    function _withdraw(uint256 seed) private {
        address currency = currencies[_draw(seed, "currency", 4)];
        bytes memory call = abi.encodeCall(tickets.withdraw, (currency, _person(seed, "to")));
        greedy.plan(address(tickets), call);
        if (_as(_person(seed, "payee"), 0, call).length > 0) done["withdraw"]++;
    }

    function _pass(uint256 seed) private {
        vm.warp(block.timestamp + _draw(seed, "seconds", 600));
    }

    function _misbehave(uint256 seed) private {
        hostile.behave(HostileCurrency.Manner(_draw(seed, "manner", 5)));
        hostile.attack(address(tickets), abi.encodeCall(tickets.cancel, (_sale(seed))));
    }

    function _bought(uint256 sale, bytes32 action, bytes memory answer) private {
        if (answer.length == 0) return;
        uint256 ticket = _amount(answer);
        (, uint128 face,,) = tickets.ticketOf(ticket);
        (lastTicket, saleOf[ticket], faceOf[ticket]) = (ticket, sale, face);
        takenIn[sale] += face;
        _sessions[ticket] = appendSession(ticket, uint64(block.timestamp));
        anchorLog();
        done[action]++;
    }

    /// @dev Whoever was once refunding or settled is to stay so.
    function _note() private {
        for (uint256 sale = 1; sale <= sales; ++sale) {
            SaleState state = tickets.stateOf(sale);
            if (state == SaleState.Refunding) everRefunding[sale] = true;
            if (state == SaleState.Settled) everSettled[sale] = true;
        }
    }

    /// @dev One byte before the answer says that the call was done.
    function _as(address who, uint256 value, bytes memory call) private returns (bytes memory) {
        vm.prank(who);
        (bool succeeded, bytes memory answer) = address(tickets).call{value: value}(call);
        return succeeded ? bytes.concat(answer, "+") : bytes("");
    }

    function _amount(bytes memory answer) private pure returns (uint256) {
        return uint256(bytes32(answer));
    }

    function _coin(uint256 sale, uint256 price) private view returns (uint256) {
        return tickets.termsOf(sale).currency == address(0) ? price : 0;
    }

    function _sale(uint256 seed) private view returns (uint256) {
        return _recent(_draw(seed, "sale", RECENT_SALES), sales);
    }

    function _ticket(uint256 seed) private view returns (uint256) {
        return _recent(_draw(seed, "ticket", RECENT_TICKETS), lastTicket);
    }

    /// @dev Now and then one that there is not.
    function _recent(uint256 back, uint256 last) private pure returns (uint256) {
        return back >= last ? last + 1 : last - back;
    }

    /// @dev Mostly whose it is, and now and then somebody else.
    function _holder(uint256 seed, uint256 ticket) private view returns (address) {
        if (_draw(seed, "stranger", 8) == 0) return _person(seed, "holder");
        try tickets.ownerOf(ticket) returns (address owner) {
            return owner;
        } catch {
            return _person(seed, "holder");
        }
    }

    function _person(uint256 seed, string memory role) private view returns (address) {
        return people[_draw(seed, role, people.length)];
    }

    function _draw(uint256 seed, string memory what, uint256 below) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % below;
    }

    function book() external view returns (Tickets) {
        return tickets;
    }
}
